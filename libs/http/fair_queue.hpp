#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>

#include "http/task.hpp"

namespace notes::http {

/// Tasks that wait: each client's in their order, and the clients take turns, so that the one who
/// has a thousand in here delays another's only one by as much as anybody's. Not thread-safe.
class FairQueue {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  void push(std::shared_ptr<Task> task);
  /// The first task of the client whose turn it is. Precondition: not empty.
  std::shared_ptr<Task> pop();
  /// Takes the last task of the client who has the most, if that is more than `task`'s client would
  /// have with it; null otherwise. To make room where there is none.
  std::shared_ptr<Task> displace_for(const Task& task);
  void clear();

  /// Calls `visit(const std::shared_ptr<Task>&)` for each, a client after another.
  template <typename Visit>
  void each(Visit visit) const {
    for (const auto client : turns_) {
      for (const auto& task : waiting_.at(client)) visit(task);
    }
  }

 private:
  using Client = std::uint64_t;

  std::unordered_map<Client, std::deque<std::shared_ptr<Task>>> waiting_;  // none of them empty
  std::deque<Client> turns_;  // the clients of waiting_, each once
  std::size_t size_ = 0;
};

}  // namespace notes::http
