#include "migrate/lock_wait.hpp"

#include <condition_variable>
#include <mutex>
#include <random>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/error.hpp"

namespace notes::migrate {

void wait_for_lock(const LockRequest& request, const std::function<bool()>& attempt,
                   const std::function<std::string()>& holder) {
  const auto deadline = std::chrono::steady_clock::now() + request.timeout;
  std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<int> pause(50, 250);
  std::mutex mutex;
  std::condition_variable_any stopped;
  bool told = false;
  while (!attempt()) {
    if (!told && request.waiting) request.waiting(holder());
    told = true;
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline) {
      throw Error(ErrorCode::locked, fmt::format("another run holds the migration lock ({}); gave "
                                                 "up after {}; wait for it to end, or raise "
                                                 "--lock-timeout",
                                                 holder(), format_duration(request.timeout)));
    }
    std::unique_lock lock(mutex);
    stopped.wait_until(lock, request.stop,
                       std::min(deadline, now + std::chrono::milliseconds(pause(random))),
                       [] { return false; });
    if (request.stop.stop_requested()) {
      throw Error(ErrorCode::interrupted,
                  "interrupted while waiting for the migration lock; nothing was run");
    }
  }
}

}  // namespace notes::migrate
