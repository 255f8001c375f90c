#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "http/message.hpp"
#include "http/workers.hpp"
#include "http/writer.hpp"

namespace notes::http {

/// An answer whose body is made while it is sent.
struct BodyStream {
  std::shared_ptr<const BodySource> source;  ///< shared with the worker that asks it
  BodyEnd end = BodyEnd::chunked;
  int status = 200;                ///< of its head, which is out
  std::size_t bytes = 0;           ///< of the body, so far
  bool is_asked = false;           ///< a worker has it
  std::optional<int> failed = {};  ///< the status that says why it cannot go on
};

/// A request that has not been sent its answer.
struct Exchange {
  using TimePoint = std::chrono::steady_clock::time_point;

  std::shared_ptr<Task> task;  ///< shared with the workers; nullptr: answered
  TimePoint began;
  Persistence persistence = Persistence::keep_alive;
  bool is_http_1_0 = false;
  std::string answer;  ///< what waits for the answers before it
  std::optional<BodyStream> stream = {};

  /// Whether it is the workers' turn.
  bool is_with_workers() const { return task != nullptr && (!stream || stream->is_asked); }
};

/// The requests of one connection that have not been sent their answers, in the order they came.
class ExchangeQueue {
 public:
  bool empty() const { return exchanges_.empty(); }
  std::size_t size() const { return exchanges_.size(); }
  Exchange& front() { return exchanges_.front(); }
  Exchange& back() { return exchanges_.back(); }
  const Exchange& back() const { return exchanges_.back(); }
  auto begin() { return exchanges_.begin(); }
  auto end() { return exchanges_.end(); }

  /// The number of the request at the front; they are counted from 0.
  std::uint64_t first_sequence() const { return first_sequence_; }
  std::uint64_t next_sequence() const { return first_sequence_ + exchanges_.size(); }
  /// nullptr for one that has been answered, also when the answer has not been sent.
  Exchange* waiting(std::uint64_t sequence);
  Exchange& push(Exchange exchange);

  /// Where an exchange's answer is to be written: to `out` when it is its turn, to itself
  /// otherwise.
  std::string& place_for(Exchange& exchange, std::string& out);
  /// Moves the answers whose turn has come to `out`.
  void release(std::string& out);
  /// The bytes of answers that wait for an earlier one.
  std::size_t held() const;
  /// When the first request that is with the workers is late.
  Exchange::TimePoint deadline() const;

 private:
  std::deque<Exchange> exchanges_;
  std::uint64_t first_sequence_ = 0;
};

}  // namespace notes::http
