#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notes::http {

/// The methods this server knows; any other is answered 501 before routing (RFC 9110 §9.1).
enum class Method { get, head, post, put, patch, delete_, options };

/// "GET", "HEAD", …
std::string_view to_string(Method method);

/// Field lines in the order they came; names are compared without regard to case (RFC 9110 §5.1).
class Headers {
 public:
  struct Field {
    std::string name;
    std::string value;
  };

  /// The value of the first line of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  /// Every line of that name, joined with ", " as one list (RFC 9110 §5.3); nullopt when there is none.
  std::optional<std::string> combined(std::string_view name) const;
  void add(std::string name, std::string value);
  /// Replaces every line of that name by one.
  void set(std::string_view name, std::string value);

  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// One request, complete, checked and decoded: a value that needs no socket.
struct Request {
  Method method = Method::get;
  std::string target;       ///< as it came: "/api/v1/notes?limit=2"
  std::string path;         ///< the target's path, still percent-encoded: "/api/v1/notes"
  Parameters query;         ///< decoded once, in order; '+' is a space
  Parameters path_values;   ///< the route's {names}, decoded once
  Headers headers;
  std::string body;
  std::string peer;         ///< the client's address, without the port
  std::string request_id;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();

  /// The value of a {name} in the route's pattern. Precondition: the pattern has it.
  std::string_view path_value(std::string_view name) const;
  /// The first query parameter of that name.
  std::optional<std::string_view> query_value(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

/// A body with its Content-Type. Content-Length, Date and Connection are the server's to write.
Response respond(int status, std::string_view content_type, std::string body);

}  // namespace notes::http
