#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include <signal.h>

namespace notes::cli {

/// SIGTERM and SIGINT as an event. While it lives they are blocked in the thread that made it and
/// in every thread started after: make it before any other. The first signal is announced to those
/// who wait; a second one ends the process at once, as it would have without this.
class ShutdownSignal {
 public:
  /// Throws Error{internal} when the system refuses.
  ShutdownSignal();
  ShutdownSignal(const ShutdownSignal&) = delete;
  ShutdownSignal& operator=(const ShutdownSignal&) = delete;
  ~ShutdownSignal();

  /// Waits for the first signal and returns its number; nullopt when `stop` is requested before.
  /// Any thread, any number.
  std::optional<int> wait(std::stop_token stop = {});
  /// The first signal, if it came.
  std::optional<int> received() const;

 private:
  void watch();

  sigset_t signals_{};
  sigset_t mask_before_{};
  int signal_descriptor_ = -1;
  int stop_descriptor_ = -1;
  mutable std::mutex mutex_;
  // guards: first_
  std::optional<int> first_;
  std::condition_variable_any came_;
  std::jthread watcher_;
};

}  // namespace notes::cli
