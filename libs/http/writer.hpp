#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.hpp"
#include "http/message.hpp"

namespace notes::http {

/// The Date field's value (RFC 9110 §5.6.7), worked out once a second. Not thread-safe.
class DateText {
 public:
  /// "Sun, 06 Nov 1994 08:49:37 GMT"; lives until the next call.
  std::string_view at(Timestamp now);

 private:
  std::int64_t second_ = -1;
  std::string text_;
};

/// What the Connection field says, if it stands at all (RFC 9112 §9.3, §9.6).
enum class Persistence { keep_alive, keep_alive_said, close };

/// How the end of the body is told (RFC 9112 §6.3).
enum class BodyEnd {
  length,   ///< Content-Length: all of it is there
  chunked,  ///< Transfer-Encoding: chunked: more follows
  close,    ///< the connection's end, for HTTP/1.0, which knows no chunks: more follows
};

/// What a response needs beside its own fields to go out.
struct Framing {
  bool head_only = false;  ///< the answer to HEAD: what it says of the body, and no body
  BodyEnd end = BodyEnd::length;
  Persistence persistence = Persistence::keep_alive;
  std::string_view date;
  std::string_view request_id;
  std::string_view policy;  ///< field lines that every answer carries, each with its line end
};

/// Whether the response can be written: its status is final, its field names are tokens and its
/// values have no line ends.
bool is_writable(const Response& response);

/// Appends the response as HTTP/1.1 (RFC 9112 §4, §6): Date, X-Request-Id, the policy's fields, the
/// response's own fields without those that frame it, what says where the body ends (not for 204
/// and 304, RFC 9110 §8.6), and the body, or what there is of it. Precondition:
/// is_writable(response).
void write(const Response& response, const Framing& framing, std::string& out);

/// Appends a piece of a body that write() has begun, nullopt for its end. An empty piece adds
/// nothing: as a chunk it would be the last one (RFC 9112 §7.1).
void write_piece(const std::optional<std::string>& piece, BodyEnd end, std::string& out);

}  // namespace notes::http
