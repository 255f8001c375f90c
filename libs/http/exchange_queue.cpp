#include "http/exchange_queue.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace notes::http {

Exchange* ExchangeQueue::waiting(std::uint64_t sequence) {
  if (sequence < first_sequence_ || sequence >= next_sequence()) return nullptr;
  Exchange& exchange = exchanges_[sequence - first_sequence_];
  return exchange.task ? &exchange : nullptr;
}

Exchange& ExchangeQueue::push(Exchange exchange) {
  return exchanges_.emplace_back(std::move(exchange));
}

std::string& ExchangeQueue::place_for(Exchange& exchange, std::string& out) {
  return &exchange == &exchanges_.front() ? out : exchange.answer;
}

void ExchangeQueue::release(std::string& out) {
  while (!exchanges_.empty()) {
    Exchange& front = exchanges_.front();
    out.append(std::exchange(front.answer, {}));
    if (front.task) return;
    exchanges_.pop_front();
    ++first_sequence_;
  }
}

std::size_t ExchangeQueue::held() const {
  return std::accumulate(
      exchanges_.begin(), exchanges_.end(), std::size_t{0},
      [](std::size_t sum, const Exchange& exchange) { return sum + exchange.answer.size(); });
}

Exchange::TimePoint ExchangeQueue::deadline() const {
  const auto waiting =
      std::find_if(exchanges_.begin(), exchanges_.end(),
                   [](const Exchange& exchange) { return exchange.is_with_workers(); });
  return waiting == exchanges_.end() ? Exchange::TimePoint::max() : waiting->task->request.deadline;
}

}  // namespace notes::http
