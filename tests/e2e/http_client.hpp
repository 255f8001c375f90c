#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "e2e/process.hpp"

namespace notes::tests {

/// A response as it came; field names in lower case.
struct HttpResponse {
  int status = 0;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// The value of the first field of that name (in lower case).
  std::optional<std::string> header(std::string_view name) const;
};

/// One connection to 127.0.0.1, for tests: blocking, one request after the other, kept alive until
/// either end closes it. It sends what it is told to, right or wrong. Every wait ends after
/// kPatience with a std::runtime_error. Not thread-safe.
class HttpClient {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  explicit HttpClient(std::uint16_t port);
  HttpClient(HttpClient&& other) noexcept;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  HttpResponse get(std::string_view target, const Fields& fields = {});
  HttpResponse delete_(std::string_view target, const Fields& fields = {});
  /// With Content-Type: application/json.
  HttpResponse post(std::string_view target, std::string_view json, const Fields& fields = {});
  /// With Content-Type: application/json.
  HttpResponse put(std::string_view target, std::string_view json, const Fields& fields = {});
  /// With Content-Type: application/merge-patch+json.
  HttpResponse patch(std::string_view target, std::string_view json, const Fields& fields = {});
  /// Adds Host, and Content-Length when there is a body.
  HttpResponse request(std::string_view method, std::string_view target, const Fields& fields,
                       std::string_view body);

  /// These very bytes. Throws std::system_error when the other end has closed.
  void send(std::string_view bytes);
  /// Sends no more: the other end reads the end of the stream.
  void finish_sending();
  /// The next response (RFC 9112 §6.3: by Content-Length, chunks, or the end of the connection;
  /// interim 1xx responses are passed over). One to HEAD has no body whatever its fields say.
  HttpResponse receive(bool to_head = false);
  /// Everything up to the end of the connection, which must come.
  std::string receive_all();

 private:
  /// False at the end of the connection.
  bool fill();
  std::string take_until(std::string_view mark);
  std::string take(std::size_t size);
  std::string take_chunks();

  int socket_ = -1;
  std::string buffer_;
};

}  // namespace notes::tests
