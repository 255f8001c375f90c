#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "http/head_scanner.hpp"
#include "http/message.hpp"

namespace notes::http {

/// Reads requests from a stream of bytes, one after the other: Boost.Beast's message parser behind
/// checks of our own (RFC 9112, RFC 9110). What comes out depends on the bytes alone, never on the
/// pieces they arrive in. Not thread-safe.
class RequestParser {
 public:
  enum class State {
    head,      ///< the request line and the fields are not complete
    body,      ///< request() has its head
    complete,  ///< request() is whole
    rejected,  ///< rejection() says why; nothing more is read
  };

  explicit RequestParser(const RequestLimits& limits);
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;
  ~RequestParser();

  /// Reads from the front of `input` and returns how many bytes are done with; the others are to be
  /// passed again, with what came after them. Stops behind the head of a request with a body, and
  /// where the request ends.
  std::size_t consume(std::string_view input);

  State state() const { return state_; }
  /// From State::body on; in State::rejected, what was understood before. The caller may move it
  /// away.
  Request& request();
  /// From State::body on: whether the client waits for `100 Continue` before it sends the body (RFC
  /// 9110 §10.1.1).
  bool expects_continue() const;
  /// From State::body on: whether the connection may carry another request after this one (RFC 9112
  /// §9.3).
  bool keep_alive() const;
  /// From State::body on: HTTP/1.0, whose clients have to be told that the connection persists.
  bool is_http_1_0() const;
  /// In State::rejected.
  const Rejection& rejection() const { return rejection_; }

  /// Makes ready for the next request.
  void reset();

 private:
  class Framer;
  struct Slot;

  std::size_t consume_head(std::string_view input);
  std::optional<Rejection> check_head();
  std::size_t consume_body(std::string_view input);
  void reject(Rejection rejection);

  RequestLimits limits_;
  HeadScanner scanner_;
  std::unique_ptr<Slot> slot_;
  State state_ = State::head;
  Rejection rejection_;
};

}  // namespace notes::http
