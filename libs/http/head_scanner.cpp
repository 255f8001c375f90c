#include "http/head_scanner.hpp"

#include <algorithm>
#include <array>

#include "http/message.hpp"

namespace notes::http {
namespace {

constexpr bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

/// Which bytes end a run of ordinary ones.
constexpr auto kControls = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = is_control(static_cast<char>(i));
  return table;
}();

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_version(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
         is_digit(text[7]);
}

std::optional<Rejection> check_request_line(std::string_view line) {
  constexpr Rejection kMalformed{
      400, "The request line must be a method, a target and a version, one space apart."};
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || last == first) return kMalformed;
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_token(method) || target.empty() ||
      target.find_first_of(" \t") != std::string_view::npos || !is_version(version)) {
    return kMalformed;
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return Rejection{505, "This server speaks HTTP/1.1 and HTTP/1.0."};
  }
  if (!parse_method(method)) return Rejection{501, "This server does not know the method."};
  return std::nullopt;
}

}  // namespace

HeadScanner::Found HeadScanner::scan(std::string_view input) {
  while (position_ < input.size()) {
    const char c = input[position_];
    if (position_ == line_begin_) {
      if (const auto rejection = begin_line(c)) return reject(rejection->status, rejection->detail);
    }
    if (after_cr_ != (c == '\n')) {
      return reject(400, after_cr_ ? "A carriage return must be followed by a line feed."
                                   : "A line feed must follow a carriage return.");
    }
    if (after_cr_) {
      const auto found = end_line(input.substr(line_begin_, position_ - 1 - line_begin_));
      if (found != Found::more) return found;
      continue;
    }
    const auto run_end =
        std::find_if(input.begin() + static_cast<std::ptrdiff_t>(position_), input.end(),
                     [](char at) { return kControls[static_cast<unsigned char>(at)]; });
    position_ = static_cast<std::size_t>(run_end - input.begin());
    if (const auto rejection = over_limit()) return reject(rejection->status, rejection->detail);
    if (run_end == input.end()) break;
    if (*run_end == '\r') {
      after_cr_ = true;
      ++position_;
    } else if (*run_end != '\n') {
      return reject(400, "A request's head has no control characters.");
    }
  }
  return Found::more;
}

HeadScanner::Found HeadScanner::reject(int status, std::string_view detail) {
  rejection_ = {status, detail};
  return Found::rejection;
}

std::optional<Rejection> HeadScanner::over_limit() const {
  if (fields_begin_ == 0) {
    if (position_ - line_begin_ > limits_.request_line) {
      return Rejection{414, "The request line is longer than this server reads."};
    }
  } else if (position_ - fields_begin_ > limits_.header_bytes) {
    return Rejection{431, "The header fields are larger than this server reads."};
  }
  return std::nullopt;
}

std::optional<Rejection> HeadScanner::begin_line(char first) {
  if (fields_begin_ == 0) return std::nullopt;
  if (first == ' ' || first == '\t') return Rejection{400, "A field line must not be folded."};
  if (first != '\r' && fields_ == limits_.headers) {
    return Rejection{431, "There are more header fields than this server reads."};
  }
  return std::nullopt;
}

HeadScanner::Found HeadScanner::end_line(std::string_view line) {
  after_cr_ = false;
  ++position_;
  const bool leading = fields_begin_ == 0 && line.empty();
  if (line.empty() && !leading) return Found::end;
  if (leading) {
    if (begin_ != 0) return reject(400, "At most one empty line may come before the request line.");
    begin_ = position_;
  } else if (fields_begin_ == 0) {
    if (const auto rejection = check_request_line(line))
      return reject(rejection->status, rejection->detail);
    fields_begin_ = position_;
  } else {
    ++fields_;
  }
  line_begin_ = position_;
  return Found::more;
}

}  // namespace notes::http
