#include "scheduler/executor.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace notes::scheduler {

Executor::Executor(unsigned most_threads, std::function<void(Attempt&)> perform)
    : most_threads_(std::max(most_threads, 1U)),
      perform_(std::move(perform)),
      timer_([this](const std::stop_token& over) { keep_time(over); }) {}

Executor::~Executor() {
  std::vector<std::jthread> threads;
  {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
    threads.swap(threads_);
  }
  for (auto& thread : threads) thread.request_stop();
}

void Executor::submit(std::unique_ptr<Attempt> attempt) {
  const auto turn = attempt->turn();
  const std::lock_guard lock(mutex_);
  waiting_.emplace(turn, std::move(attempt));
  if (idle_threads_ < waiting_.size() && threads_.size() < most_threads_) {
    threads_.emplace_back([this](const std::stop_token& over) { work(over); });
  }
  filled_.notify_one();
}

void Executor::stop(RunId run, StopReason reason) {
  std::vector<std::shared_ptr<Attempt>> stopped;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiting_, [&](const auto& item) { return item.second->record().id == run; });
    tell_when_idle();
    for (const auto& active : active_) {
      if (active.attempt->record().id == run) stopped.push_back(active.attempt);
    }
  }
  for (const auto& attempt : stopped) attempt->stop(reason);
  const std::lock_guard lock(mutex_);
  std::move(stopped.begin(), stopped.end(), std::back_inserter(to_interrupt_));
  timed_.notify_one();
}

void Executor::stop_all(StopReason reason) {
  std::vector<std::shared_ptr<Attempt>> stopped;
  {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
    tell_when_idle();
    for (const auto& active : active_) stopped.push_back(active.attempt);
  }
  for (const auto& attempt : stopped) attempt->stop(reason);
}

bool Executor::wait_until_idle(Steady::time_point deadline) {
  std::unique_lock lock(mutex_);
  return idle_.wait_until(lock, deadline, [this] { return active_.empty() && waiting_.empty(); });
}

Executor::Load Executor::load() const {
  const std::lock_guard lock(mutex_);
  return {.running = active_.size(), .waiting = waiting_.size()};
}

std::size_t Executor::room() const {
  const std::lock_guard lock(mutex_);
  const auto taken = active_.size() + waiting_.size();
  return taken < most_threads_ ? most_threads_ - taken : 0;
}

void Executor::work(const std::stop_token& over) {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_threads_;
    const bool filled = filled_.wait(lock, over, [this] { return !waiting_.empty(); });
    --idle_threads_;
    if (!filled || over.stop_requested()) return;
    perform(lock);
  }
}

void Executor::perform(std::unique_lock<std::mutex>& lock) {
  const auto first = waiting_.begin();
  const auto attempt = std::move(first->second);
  waiting_.erase(first);
  Active active{.attempt = attempt};
  if (attempt->job().timeout) {
    active.deadline = Steady::now() + *attempt->job().timeout;
    timed_.notify_one();
  }
  active_.push_back(std::move(active));
  lock.unlock();
  perform_(*attempt);
  lock.lock();
  std::erase_if(active_, [&](const Active& one) { return one.attempt == attempt; });
  tell_when_idle();
}

/// With the mutex held, whenever something has left active_ or waiting_.
void Executor::tell_when_idle() {
  if (active_.empty() && waiting_.empty()) idle_.notify_all();
}

void Executor::keep_time(const std::stop_token& over) {
  std::unique_lock lock(mutex_);
  while (!over.stop_requested()) {
    auto overdue = take_overdue();
    auto interrupted = std::exchange(to_interrupt_, {});
    if (overdue.empty() && interrupted.empty()) {
      const auto next = next_deadline();
      const auto early = [&] { return !to_interrupt_.empty() || next_deadline() < next; };
      if (next == Steady::time_point::max()) {
        timed_.wait(lock, over, early);
      } else {
        timed_.wait_until(lock, over, next, early);
      }
      continue;
    }
    lock.unlock();
    for (const auto& attempt : overdue) attempt->stop(StopReason::timeout);
    std::move(overdue.begin(), overdue.end(), std::back_inserter(interrupted));
    for (const auto& attempt : interrupted) attempt->interrupt();
    overdue.clear();
    interrupted.clear();
    lock.lock();
  }
}

/// Those whose time is up, each once.
std::vector<std::shared_ptr<Attempt>> Executor::take_overdue() {
  std::vector<std::shared_ptr<Attempt>> overdue;
  const auto now = Steady::now();
  for (auto& active : active_) {
    if (active.deadline > now) continue;
    active.deadline = Steady::time_point::max();
    overdue.push_back(active.attempt);
  }
  return overdue;
}

Executor::Steady::time_point Executor::next_deadline() const {
  auto next = Steady::time_point::max();
  for (const auto& active : active_) next = std::min(next, active.deadline);
  return next;
}

}  // namespace notes::scheduler
