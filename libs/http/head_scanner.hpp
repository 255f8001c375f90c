#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace notes::http {

/// Why a request is not served: the status of the one answer that is given before the connection is
/// closed.
struct Rejection {
  int status = 400;
  std::string_view detail;  ///< for a person; lives for ever

  friend bool operator==(const Rejection&, const Rejection&) = default;
};

/// What one request may take up; in bytes where not said otherwise.
struct RequestLimits {
  std::size_t request_line = 0;
  std::size_t header_bytes = 0;  ///< all field lines together, with their line ends
  std::size_t headers = 0;       ///< field lines
  std::size_t body = 0;
};

/// Finds the end of a request's head and refuses what a lenient reader could take for something
/// else: a bare CR or LF, control characters, folded lines, a request line that is not `method SP
/// target SP version`, and whatever is beyond the limits (RFC 9112 §2.2, §3, §5.2; §2.3 of RFC 9110
/// for the versions). The outcome depends on the bytes alone, never on the pieces they come in.
class HeadScanner {
 public:
  enum class Found { more, end, rejection };

  explicit HeadScanner(const RequestLimits& limits) : limits_(limits) {}

  /// `input` begins with the first byte of the request and grows from call to call; bytes are
  /// looked at once.
  Found scan(std::string_view input);

  /// After Found::end: where the request line begins (an empty line before it is passed over, RFC
  /// 9112 §2.2), and the size of all up to and with the empty line.
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return position_; }
  /// After Found::rejection.
  const Rejection& rejection() const { return rejection_; }

 private:
  Found reject(int status, std::string_view detail);
  std::optional<Rejection> over_limit() const;
  std::optional<Rejection> begin_line(char first);
  Found end_line(std::string_view line);

  RequestLimits limits_;
  std::size_t position_ = 0;
  std::size_t line_begin_ = 0;
  std::size_t begin_ = 0;
  std::size_t fields_begin_ = 0;  ///< 0: the request line is not complete
  std::size_t fields_ = 0;
  bool after_cr_ = false;
  Rejection rejection_;
};

}  // namespace notes::http
