#include "http/workers.hpp"

#include <algorithm>
#include <utility>

namespace notes::http {

Workers::Workers(const Options& options, std::function<void(Batch)> run)
    : options_(options), run_(std::move(run)) {
  for (unsigned i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

Workers::~Workers() {
  for (auto& thread : threads_) thread.request_stop();
}

std::shared_ptr<Task> Workers::submit(std::shared_ptr<Task> task) {
  std::shared_ptr<Task> displaced;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.queue_limit && !task->source) {
      displaced = queue_.displace_for(*task);
      if (!displaced) return task;
    }
    queue_.push(std::move(task));
  }
  filled_.notify_one();
  return displaced;
}

bool Workers::finish(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  queue_.clear();
  return idle_.wait_until(lock, deadline, [this] { return running_.empty(); });
}

std::vector<std::shared_ptr<const Task>> Workers::tasks(std::size_t most) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const Task>> tasks;
  const auto add = [&](const std::shared_ptr<Task>& task) {
    if (tasks.size() < most) tasks.push_back(task);
  };
  for (const Tasks* batch : running_) std::for_each(batch->begin(), batch->end(), add);
  queue_.each(add);
  return tasks;
}

void Workers::take(Tasks& batch) {
  while (!queue_.empty() && batch.size() < options_.most_at_once) {
    auto task = queue_.pop();
    if (task->start()) batch.push_back(std::move(task));
  }
  running_.push_back(&batch);
}

void Workers::work(const std::stop_token& stop) {
  Tasks batch;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!filled_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
    if (stop.stop_requested()) return;
    take(batch);
    lock.unlock();
    if (!batch.empty()) run_(batch);
    lock.lock();
    std::erase(running_, &batch);
    if (running_.empty()) idle_.notify_all();
    lock.unlock();
    batch.clear();  // a request can be large: not under the lock
    lock.lock();
  }
}

}  // namespace notes::http
