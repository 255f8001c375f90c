#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/trace_parent.hpp"

namespace notes::http {

/// The methods this server knows; any other is answered 501 before routing (RFC 9110 §9.1).
enum class Method { get, head, post, put, patch, delete_, options };

/// "GET", "HEAD", …
std::string_view to_string(Method method);

/// The method of that name, which is case-sensitive; nullopt when this server does not know it.
std::optional<Method> parse_method(std::string_view name);

/// Whether two names differ at most in the case of ASCII letters.
bool equal_ignoring_case(std::string_view left, std::string_view right);

/// Field lines in the order they came; names are compared without regard to case (RFC 9110 §5.1).
/// All text lies in one string, so that a line more is no allocation more.
class Headers {
  struct Line {
    std::uint32_t name = 0;  ///< where the name begins in text_; the value follows it
    std::uint32_t name_size = 0;
    std::uint32_t value_size = 0;
  };

 public:
  /// Views into the headers: they live until the headers change.
  struct Field {
    std::string_view name;
    std::string_view value;
  };

  class Iterator {
   public:
    Iterator(const Headers* headers, std::size_t index) : headers_(headers), index_(index) {}
    Field operator*() const { return headers_->field(index_); }
    Iterator& operator++();
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const Headers* headers_;
    std::size_t index_;
  };

  /// Every line, in order; lives as long as the headers.
  class Fields {
   public:
    explicit Fields(const Headers* headers) : headers_(headers) {}
    Iterator begin() const { return {headers_, 0}; }
    Iterator end() const { return {headers_, size()}; }
    std::size_t size() const { return headers_->lines_.size(); }
    bool empty() const { return headers_->lines_.empty(); }
    Field operator[](std::size_t index) const { return headers_->field(index); }

   private:
    const Headers* headers_;
  };

  /// The value of the first line of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  /// Every line of that name, joined with ", " as one list (RFC 9110 §5.3); nullopt when there is
  /// none.
  std::optional<std::string> combined(std::string_view name) const;
  void add(std::string_view name, std::string_view value);
  /// Replaces every line of that name by one, at the end.
  void set(std::string_view name, std::string_view value);
  /// Forgets every line and keeps the memory.
  void clear();

  Fields fields() const { return Fields(this); }

 private:
  Field field(std::size_t index) const;

  std::string text_;
  std::vector<Line> lines_;
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

enum class Scheme { http, https };

/// What a quota leaves its client (see http/rate_limiter.hpp).
struct Allowance {
  bool allowed = true;
  std::uint64_t remaining = 0;             ///< requests that may follow at once
  std::chrono::nanoseconds reset{};        ///< until the quota is whole again
  std::chrono::nanoseconds retry_after{};  ///< until one request is allowed, if this one is not
};

/// One request, complete, checked and decoded: a value that needs no socket.
struct Request {
  Method method = Method::get;
  std::string target;      ///< as it came: "/api/v1/notes?limit=2"
  std::string path;        ///< the target's path, still percent-encoded: "/api/v1/notes"
  Parameters query;        ///< decoded once, in order; '+' is a space; UTF-8 without U+0000
  Parameters path_values;  ///< the route's {names}, decoded once; UTF-8 without U+0000
  Headers headers;
  std::string body;
  std::string peer;              ///< the connection's other end: its address, without the port
  std::string client;            ///< who asks: the peer, or whom a trusted proxy names
  Scheme scheme = Scheme::http;  ///< how the client came, as a trusted proxy says
  std::string request_id;
  TraceParent trace;
  std::optional<Allowance> allowance;  ///< what the address' quota leaves; none: not counted
  bool has_coded_tags = false;         ///< its conditions came with tags of coded representations
  std::chrono::steady_clock::time_point arrived{};  ///< when its last byte had been read
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();

  /// The value of a {name} in the route's pattern. Precondition: the pattern has it.
  std::string_view path_value(std::string_view name) const;
  /// The first query parameter of that name.
  std::optional<std::string_view> query_value(std::string_view name) const;
};

/// Gives the next piece of a body, and nullopt behind the last one. It is asked on workers, by one
/// at a time, each time under a deadline of its own, and once more only when the client has taken
/// most of what there was. It may be dropped before its end. What it throws ends the connection: it
/// is too late for another status.
using BodySource = std::function<std::optional<std::string>()>;

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  /// What follows `body`, made while it is sent; null: nothing. Only for routes that run on
  /// workers. A body that is made so has no Content-Length and no content coding.
  BodySource rest = {};
};

/// A body with its Content-Type. Content-Length, Date and Connection are the server's to write.
Response respond(int status, std::string_view content_type, std::string body);

}  // namespace notes::http
