#include "migrate/blocker_watch.hpp"

#include <algorithm>
#include <condition_variable>
#include <utility>

#include "base/error.hpp"

namespace notes::migrate {

using namespace std::chrono_literals;

BlockerWatch::BlockerWatch(std::function<std::string()> look, std::chrono::milliseconds interval)
    : look_(std::move(look)), interval_(interval) {
  if (look_) thread_ = std::jthread([this](const std::stop_token& over) { watch(over); });
}

void BlockerWatch::begin() {
  const std::scoped_lock lock(mutex_);
  ++statement_;
  running_ = true;
  seen_.clear();
}

void BlockerWatch::end() {
  const std::scoped_lock lock(mutex_);
  running_ = false;
}

std::string BlockerWatch::seen() const {
  const std::scoped_lock lock(mutex_);
  return seen_;
}

std::string BlockerWatch::ask() const {
  try {
    return look_();
  } catch (const Error&) {
    return "";  // the statement goes on, and its failure is told without a name
  }
}

void BlockerWatch::watch(const std::stop_token& over) {
  std::condition_variable_any stopped;
  unsigned long before = 0;
  std::unique_lock lock(mutex_);
  while (!stopped.wait_for(lock, over, interval_, [&] { return over.stop_requested(); })) {
    const auto statement = statement_;
    // Most statements are over before they are worth a question: ask for what ran at two looks.
    if (!running_ || std::exchange(before, statement) != statement) continue;
    lock.unlock();
    auto found = ask();
    lock.lock();
    if (statement == statement_ && !found.empty()) seen_ = std::move(found);
  }
}

std::chrono::milliseconds watch_interval(std::chrono::milliseconds lock_timeout) {
  return lock_timeout == 0ms ? 500ms : std::clamp(lock_timeout / 5, 10ms, 500ms);
}

}  // namespace notes::migrate
