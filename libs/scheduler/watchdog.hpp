#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <stop_token>
#include <thread>

namespace notes::scheduler {

/// Looks on from a thread of its own whether another one still beats.
class Watchdog {
 public:
  struct Options {
    std::chrono::milliseconds limit = std::chrono::seconds(5);  ///< how old a beat may become
    std::chrono::milliseconds period = std::chrono::milliseconds(100);  ///< between two looks
    /// Called at each look, and told when the limit is passed; must not throw or block.
    std::function<void()> look = [] {};
    std::function<void(std::chrono::milliseconds age)> stalled = {};
  };
  /// The first beat is now.
  explicit Watchdog(Options options);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// From the watched thread.
  void beat() noexcept;

 private:
  using Steady = std::chrono::steady_clock;

  void watch(const std::stop_token& over);

  const Options options_;
  std::atomic<Steady::rep> beat_;
  std::jthread thread_;
};

}  // namespace notes::scheduler
