#include "db/backoff.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

namespace notes::db {

Backoff::Backoff(std::chrono::microseconds first, std::chrono::microseconds longest)
    : span_(std::min(first, longest)), longest_(longest) {}

std::chrono::microseconds Backoff::next() {
  thread_local std::minstd_rand random(std::random_device{}());
  using Count = std::chrono::microseconds::rep;
  const auto span = span_.count();
  std::uniform_int_distribution<Count> distribution(span / 2, span);
  span_ = std::min(span_ * 2, longest_);
  return std::chrono::microseconds(distribution(random));
}

void Backoff::pause() {
  std::mutex mutex;
  std::condition_variable nobody_calls;
  std::unique_lock lock(mutex);
  nobody_calls.wait_for(lock, next());
}

}  // namespace notes::db
