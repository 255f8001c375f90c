#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "http/mailbox.hpp"
#include "http/route.hpp"

namespace notes::http {

/// One request on its way to a worker, or the next piece of what answers it.
class Task {
 public:
  Task(Request task_request, const Route& task_route, Mailbox& mailbox, std::uint64_t connection,
       std::uint64_t sequence, std::shared_ptr<const BodySource> body_source = nullptr);

  /// Read by the worker and by the I/O thread, written by neither.
  const Request request;
  const Route& route;
  /// Whom to ask for the next piece, shared with the connection; null: the handler is to be run.
  const std::shared_ptr<const BodySource> source;

  /// By the worker that is about to run it; false when the I/O thread has given it up.
  bool start();
  /// By the I/O thread when the request's deadline has passed; false when a worker is running it.
  bool give_up();
  bool is_running() const { return phase_ == Phase::running; }
  /// Sends what the worker made back to the connection.
  void complete(std::variant<Response, Piece> result) const;

 private:
  enum class Phase { queued, running, given_up };

  Mailbox& mailbox_;
  std::uint64_t connection_;
  std::uint64_t sequence_;
  std::atomic<Phase> phase_ = Phase::queued;
};

/// Threads that run tasks in the order they were submitted, behind a bounded queue. Thread-safe.
class Workers {
 public:
  /// `run` is called on the worker threads and must not throw.
  Workers(unsigned threads, std::size_t queue_limit, std::function<void(Task&)> run);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  /// Waits for the tasks that are running; drops those that are not.
  ~Workers();

  /// false when the queue is full, which it never is for the next piece of an answer: that request
  /// was taken long ago, and one of its pieces at most waits here.
  bool submit(std::shared_ptr<Task> task);

  /// Drops the tasks that are not running and waits for those that are; false when one was still
  /// running at the deadline. Nothing is to be submitted after.
  bool finish(std::chrono::steady_clock::time_point deadline);

  /// The tasks that are running and those that wait, in this order; `most` of them.
  std::vector<std::shared_ptr<const Task>> tasks(std::size_t most) const;

 private:
  void work(const std::stop_token& stop);

  std::size_t queue_limit_;
  std::function<void(Task&)> run_;
  mutable std::mutex mutex_;
  // guards: queue_, running_
  std::condition_variable_any filled_;
  std::condition_variable idle_;
  std::vector<std::shared_ptr<Task>> running_;  // shared with the thread that runs it
  std::deque<std::shared_ptr<Task>> queue_;     // shared with the connection that waits for it
  std::vector<std::jthread> threads_;
};

}  // namespace notes::http
