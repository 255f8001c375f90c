#include "http/workers.hpp"

#include <algorithm>
#include <utility>

namespace notes::http {

Task::Task(Request task_request, const Route& task_route, Mailbox& mailbox,
           std::uint64_t connection, std::uint64_t sequence,
           std::shared_ptr<const BodySource> body_source)
    : request(std::move(task_request)),
      route(task_route),
      source(std::move(body_source)),
      mailbox_(mailbox),
      connection_(connection),
      sequence_(sequence) {}

bool Task::start() {
  auto expected = Phase::queued;
  // Too late to begin: the connection's own deadline gives it up and answers.
  if (std::chrono::steady_clock::now() >= request.deadline) return false;
  return phase_.compare_exchange_strong(expected, Phase::running);
}

bool Task::give_up() {
  auto expected = Phase::queued;
  return phase_.compare_exchange_strong(expected, Phase::given_up);
}

void Task::complete(std::variant<Response, Piece> result) const {
  mailbox_.post({connection_, sequence_, std::move(result)});
}

Workers::Workers(unsigned threads, std::size_t queue_limit, std::function<void(Task&)> run)
    : queue_limit_(queue_limit), run_(std::move(run)) {
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

Workers::~Workers() {
  for (auto& thread : threads_) thread.request_stop();
}

bool Workers::submit(std::shared_ptr<Task> task) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= queue_limit_ && !task->source) return false;
    queue_.push_back(std::move(task));
  }
  filled_.notify_one();
  return true;
}

bool Workers::finish(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  queue_.clear();
  return idle_.wait_until(lock, deadline, [this] { return running_.empty(); });
}

std::vector<std::shared_ptr<const Task>> Workers::tasks(std::size_t most) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const Task>> tasks(running_.begin(), running_.end());
  const auto waiting = std::min(queue_.size(), most);
  tasks.insert(tasks.end(), queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(waiting));
  if (tasks.size() > most) tasks.resize(most);
  return tasks;
}

void Workers::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!filled_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
    if (stop.stop_requested()) return;
    auto task = std::move(queue_.front());
    queue_.pop_front();
    running_.push_back(task);
    lock.unlock();
    if (task->start()) run_(*task);
    lock.lock();
    std::erase(running_, task);
    if (running_.empty()) idle_.notify_all();
    lock.unlock();
    task.reset();  // a request can be large: not under the lock
    lock.lock();
  }
}

}  // namespace notes::http
