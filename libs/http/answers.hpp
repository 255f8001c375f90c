#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "http/exchange_queue.hpp"
#include "http/mailbox.hpp"
#include "http/send_buffer.hpp"
#include "http/surroundings.hpp"

namespace notes::http {

/// What one connection owes its client: the answers to its requests, in their order, made at once
/// or by workers, whole or while they are sent. Used by the connection's I/O thread only.
class Answers {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  Answers(std::uint64_t connection, Surroundings& surroundings);
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  /// An answer that is there, behind all that came before.
  void put(const Response& response, const Request& request, Persistence persistence);
  /// An interim answer (RFC 9110 §15.2.1).
  void put_continue();
  /// Has a worker answer it; 503 at once when too many requests wait for one.
  void hand_on(Request request, const Route& route, Exchange exchange);
  /// What a worker made of one of them.
  void on_completion(Completion completion, TimePoint now);
  /// Answers for the workers that are late.
  void give_up_late(TimePoint now);
  /// Sends what the socket takes, and has the next piece made of a body that is made while it is
  /// sent.
  SendBuffer::Sent send_to(int socket, TimePoint now);
  /// The socket takes more again.
  void writable() { output_.writable(); }
  /// Logs what will not be answered; what workers make of it is dropped. Whether an answer was
  /// broken off in its middle: the client is to be told by a reset, as to HTTP/1.0 an orderly end
  /// is the body's own.
  [[nodiscard]] bool forget_all(TimePoint now);

  bool empty() const { return exchanges_.empty() && output_.unsent() == 0; }
  std::size_t unsent() const { return output_.unsent(); }
  bool is_blocked() const { return output_.is_blocked(); }
  bool is_full() const;
  /// Nothing can be read behind the last request: the end of the connection may be what ends its
  /// answer.
  bool is_last() const { return !exchanges_.empty() && exchanges_.back().is_http_1_0; }
  /// The connection ends behind the answers that are there.
  bool ends_connection() const { return ends_connection_; }
  /// An answer cannot go on: the connection is to end at once.
  bool is_broken_off() const { return broken_off_; }
  /// The last answer, if it has not begun, is to say that the connection ends.
  void close_behind();
  /// When give_up_late() has something to do.
  TimePoint deadline() const { return exchanges_.deadline(); }

 private:
  void finish(Exchange& exchange, const Response& response, TimePoint now);
  void begin_stream(Exchange& exchange, Response response);
  void on_piece(Exchange& exchange, const Piece& piece, TimePoint now);
  void ask_for_more(TimePoint now);
  void break_off(Exchange& exchange, int status);
  void forget(const Exchange& exchange, TimePoint now);
  Framing framing(const Request& request, const Response& response, Persistence persistence);

  Surroundings& surroundings_;
  const std::uint64_t connection_;
  ExchangeQueue exchanges_;
  SendBuffer output_;
  bool ends_connection_ = false;
  bool broken_off_ = false;
};

}  // namespace notes::http
