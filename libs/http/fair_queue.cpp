#include "http/fair_queue.hpp"

#include <algorithm>
#include <utility>

namespace notes::http {

void FairQueue::push(std::shared_ptr<Task> task) {
  const auto client = task->client();
  auto& own = waiting_[client];
  if (own.empty()) turns_.push_back(client);
  own.push_back(std::move(task));
  ++size_;
}

std::shared_ptr<Task> FairQueue::pop() {
  const auto client = turns_.front();
  turns_.pop_front();
  const auto found = waiting_.find(client);
  auto task = std::move(found->second.front());
  found->second.pop_front();
  --size_;
  if (found->second.empty()) {
    waiting_.erase(found);
  } else {
    turns_.push_back(client);
  }
  return task;
}

std::shared_ptr<Task> FairQueue::displace_for(const Task& task) {
  const auto longest = std::max_element(
      waiting_.begin(), waiting_.end(),
      [](const auto& left, const auto& right) { return left.second.size() < right.second.size(); });
  if (longest == waiting_.end()) return nullptr;
  const auto own = waiting_.find(task.client());
  const std::size_t own_size = own == waiting_.end() ? 0 : own->second.size();
  if (longest->second.size() <= own_size + 1) return nullptr;
  auto displaced = std::move(longest->second.back());
  longest->second.pop_back();
  --size_;
  return displaced;
}

void FairQueue::clear() {
  waiting_.clear();
  turns_.clear();
  size_ = 0;
}

}  // namespace notes::http
