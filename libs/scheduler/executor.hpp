#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "scheduler/attempt.hpp"

namespace notes::scheduler {

/// Threads for attempts: made when there is work and no idle one, up to a limit, and kept. What has
/// to wait waits in the order in which it was due. Ends attempts at their timeouts. Thread-safe.
class Executor {
 public:
  /// `perform` is called on the threads; it must not throw.
  Executor(unsigned most_threads, std::function<void(Attempt&)> perform);
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  /// Drops what waits and waits for what runs: stop it before.
  ~Executor();

  void submit(std::unique_ptr<Attempt> attempt);

  /// Asks the attempts of a run to end, and takes those that wait off the list. A statement that
  /// one of them is in is stopped too, by another thread, so that this does not wait for the
  /// database.
  void stop(RunId run, StopReason reason);
  /// Asks all to end and drops what waits. Their statements go on: break the connections, or wait.
  void stop_all(StopReason reason);

  /// False when something still ran at the deadline.
  bool wait_until_idle(std::chrono::steady_clock::time_point deadline);

  struct Load {
    std::size_t running = 0;
    std::size_t waiting = 0;
  };
  Load load() const;
  /// How many could begin at once.
  std::size_t room() const;

 private:
  using Steady = std::chrono::steady_clock;
  struct Active {
    std::shared_ptr<Attempt> attempt;  // shared with whoever stops it
    Steady::time_point deadline = Steady::time_point::max();
  };

  void work(const std::stop_token& over);
  void perform(std::unique_lock<std::mutex>& lock);
  void tell_when_idle();
  void keep_time(const std::stop_token& over);
  std::vector<std::shared_ptr<Attempt>> take_overdue();
  Steady::time_point next_deadline() const;

  const unsigned most_threads_;
  const std::function<void(Attempt&)> perform_;

  mutable std::mutex mutex_;
  // guards: all below
  std::condition_variable_any filled_;
  std::condition_variable_any idle_;
  std::condition_variable_any timed_;
  std::multimap<Timestamp, std::shared_ptr<Attempt>> waiting_;  // by turn
  std::vector<Active> active_;
  std::vector<std::shared_ptr<Attempt>> to_interrupt_;
  std::size_t idle_threads_ = 0;
  std::vector<std::jthread> threads_;
  std::jthread timer_;
};

}  // namespace notes::scheduler
