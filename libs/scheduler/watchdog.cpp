#include "scheduler/watchdog.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace notes::scheduler {

using std::chrono::milliseconds;

Watchdog::Watchdog(Options options)
    : options_(std::move(options)),
      beat_(Steady::now().time_since_epoch().count()),
      thread_([this](const std::stop_token& over) { watch(over); }) {}

void Watchdog::beat() noexcept { beat_ = Steady::now().time_since_epoch().count(); }

void Watchdog::watch(const std::stop_token& over) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any stopped;
  auto awake = Steady::now();
  while (!stopped.wait_for(lock, over, options_.period, [&] { return over.stop_requested(); })) {
    const auto before = std::exchange(awake, Steady::now());
    options_.look();
    // When this thread has overslept the whole process was stopped, or had no processor: the other
    // one gets its time from here on.
    if (awake - before > options_.period + options_.limit / 2) beat();
    const auto age = awake - Steady::time_point(Steady::duration(beat_.load()));
    if (age > options_.limit) options_.stalled(std::chrono::duration_cast<milliseconds>(age));
  }
}

}  // namespace notes::scheduler
