#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/answers.hpp"
#include "http/descriptor.hpp"
#include "http/parser.hpp"
#include "http/surroundings.hpp"

namespace notes::http {

/// One client's connection: requests are read and checked, handed on, and answered in the order
/// they came. Used by its I/O thread only. A connection that is_closed() may be destroyed; the
/// answers that workers still owe it are dropped.
class Connection {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  Connection(std::uint64_t id, Descriptor socket, std::string peer, Surroundings& surroundings,
             TimePoint now);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  int descriptor() const { return socket_.get(); }
  bool is_closed() const { return phase_ == Phase::closed; }
  /// Whether to poll for input: not while too much waits to be sent or answered, so that a client
  /// that does not read is not read from either (its bytes stay in the kernel, and TCP holds it
  /// back).
  bool wants_read() const;
  bool wants_write() const { return phase_ != Phase::closed && answers_.is_blocked(); }
  /// When on_deadline() has something to do.
  TimePoint next_deadline() const;

  /// The socket has input, or its end.
  void on_readable(TimePoint now);
  /// The socket takes output again.
  void on_writable(TimePoint now);
  /// What a worker made. Nothing is sent before advance(), so that one send carries many answers.
  void on_completion(Completion completion, TimePoint now);
  /// Sends, and goes on with what was held back.
  void advance(TimePoint now);
  void on_deadline(TimePoint now);
  /// Serves what has come already, and closes when idle; one that has not brought its first request
  /// yet gets a moment for it.
  void drain(TimePoint now);
  /// Ends it without another word.
  void abort() { phase_ = Phase::closed; }

 private:
  enum class Phase {
    open,       ///< reads requests
    closing,    ///< the last answer is on its way; input is dropped
    lingering,  ///< all is sent and our side shut; input is dropped until the client shuts its own
                ///< (RFC 9112 §9.6)
    closed,
  };
  enum class Awaiting { request, head, body };

  void parse(std::string_view& input, TimePoint now);
  void await(Awaiting what, TimePoint now);
  void on_head(TimePoint now);
  void serve(TimePoint now);
  void refuse(const Rejection& rejection);
  void put(const Response& response, const Request& request, Persistence persistence);
  bool send_output(TimePoint now);
  void settle(TimePoint now);
  void discard_input();
  bool is_reading() const;
  bool is_clock_stopped() const;

  Surroundings& surroundings_;
  Descriptor socket_;
  const std::string peer_;
  RequestParser parser_;
  Phase phase_ = Phase::open;
  bool end_of_input_ = false;
  bool has_served_ = false;

  std::string input_;  ///< received and not done with
  Awaiting awaiting_ = Awaiting::request;
  TimePoint read_deadline_;
  bool clock_stopped_ =
      false;  ///< it is not the client that keeps us waiting: read_deadline_ does not count

  TimePoint write_deadline_;
  TimePoint linger_deadline_;
  Answers answers_;
};

}  // namespace notes::http
