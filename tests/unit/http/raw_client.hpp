#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/descriptor.hpp"

namespace notes::tests {

/// A plain socket to a server on the loopback address. Everything that waits has a deadline and
/// throws std::runtime_error when it passes.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);

  /// Sends all of it, as far as the server takes it: what comes after the server has gone is
  /// dropped.
  void send(std::string_view bytes);
  void shut_writing();
  /// Everything up to the server's end of the connection.
  std::string receive_all();
  /// Reads until what has come ends with `text`.
  std::string receive_until(std::string_view text);
  /// Takes what is there already; false when the server has ended the connection.
  bool receive_available();
  /// All that was received so far.
  const std::string& received() const { return received_; }
  /// Sends what fits without waiting; returns how many bytes that were.
  std::size_t send_available(std::string_view bytes);
  /// Whether the server ended the connection with a reset.
  bool was_reset() const { return was_reset_; }
  void set_receive_buffer(int bytes);
  int descriptor() const { return socket_.get(); }

 private:
  bool receive_some();

  http::Descriptor socket_;
  std::string received_;
  bool was_reset_ = false;
};

/// One answer, taken apart.
struct Answer {
  int status = 0;
  std::string head;  ///< the status line and the fields
  std::string body;

  /// The value of the field of that name, as written; empty when there is none.
  std::string field(std::string_view name) const;
};

/// The answers in what a server sent. `heads` are the positions of those that answer HEAD and so
/// have no body (interim answers count). Throws std::runtime_error when the bytes are anything
/// else.
std::vector<Answer> parse_answers(std::string_view bytes,
                                  const std::vector<std::size_t>& heads = {});

/// The bytes with each Date and each UUIDv7 request id replaced, so that two runs compare.
std::string without_variables(std::string_view bytes);

}  // namespace notes::tests
