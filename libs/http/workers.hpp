#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "http/fair_queue.hpp"

namespace notes::http {

/// Threads that run tasks behind a bounded queue, in which the clients take turns. Thread-safe.
///
/// A thread takes what waits, up to `most_at_once` tasks: one when it comes to an idle queue, and
/// all that has come while the threads were busy when they were. So batches grow with the load, and
/// nobody waits for a batch to fill.
class Workers {
 public:
  struct Options {
    unsigned threads = 1;
    std::size_t queue_limit = 1;
    std::size_t most_at_once = 1;
  };
  using Tasks = std::vector<std::shared_ptr<Task>>;
  using Batch = std::span<const std::shared_ptr<Task>>;

  /// `run` is called on the worker threads with the tasks that it has started, at least one. It
  /// must not throw.
  Workers(const Options& options, std::function<void(Batch)> run);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  /// Waits for the tasks that are running; drops those that are not.
  ~Workers();

  /// Null when there was room, as there always is for the next piece of an answer: that request was
  /// taken long ago, and one of its pieces at most waits here. Otherwise the task that is not to be
  /// run: this one, or in its place the last one of the client who has the most waiting.
  std::shared_ptr<Task> submit(std::shared_ptr<Task> task);

  /// Drops the tasks that are not running and waits for those that are; false when one was still
  /// running at the deadline. Nothing is to be submitted after.
  bool finish(std::chrono::steady_clock::time_point deadline);

  /// The tasks that are running and those that wait, in this order; `most` of them.
  std::vector<std::shared_ptr<const Task>> tasks(std::size_t most) const;

 private:
  void work(const std::stop_token& stop);
  void take(Tasks& batch);

  const Options options_;
  std::function<void(Batch)> run_;
  mutable std::mutex mutex_;
  // guards: queue_, running_
  std::condition_variable_any filled_;
  std::condition_variable idle_;
  std::vector<const Tasks*> running_;  // the threads' batches, which stay as they are while here
  FairQueue queue_;
  std::vector<std::jthread> threads_;
};

}  // namespace notes::http
