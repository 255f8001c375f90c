#include "e2e/http_client.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace notes::tests {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

HttpResponse parse_head(const std::string& head) {
  HttpResponse response;
  std::size_t end = head.find("\r\n");
  const std::string status_line = head.substr(0, end);
  if (!status_line.starts_with("HTTP/1.1 ") || status_line.size() < 13) {
    throw std::runtime_error("no status line: " + status_line);
  }
  response.status = std::stoi(status_line.substr(9, 3));
  response.reason = status_line.substr(13);
  while (end + 2 < head.size()) {
    const std::size_t start = end + 2;
    end = head.find("\r\n", start);
    const std::string line = head.substr(start, end - start);
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) throw std::runtime_error("no field line: " + line);
    response.headers.emplace_back(lower(line.substr(0, colon)), line.substr(colon + 2));
  }
  return response;
}

bool has_no_body(const HttpResponse& response) {
  return response.status == 204 || response.status == 304;
}

}  // namespace

std::optional<std::string> HttpResponse::header(std::string_view name) const {
  for (const auto& [field, value] : headers) {
    if (field == name) return value;
  }
  return std::nullopt;
}

HttpClient::HttpClient(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (socket_ < 0) fail("socket");
  const timeval patience{std::chrono::duration_cast<std::chrono::seconds>(kPatience).count(), 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int on = 1;  // what a test sends in pieces leaves in pieces
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) {
    const int error = errno;
    ::close(socket_);
    throw std::system_error(error, std::generic_category(),
                            "connect to port " + std::to_string(port));
  }
}

HttpClient::HttpClient(HttpClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), buffer_(std::move(other.buffer_)) {}

HttpClient::~HttpClient() {
  if (socket_ >= 0) ::close(socket_);
}

HttpResponse HttpClient::get(std::string_view target, const Fields& fields) {
  return request("GET", target, fields, "");
}

HttpResponse HttpClient::delete_(std::string_view target, const Fields& fields) {
  return request("DELETE", target, fields, "");
}

HttpResponse HttpClient::post(std::string_view target, std::string_view json,
                              const Fields& fields) {
  Fields all = fields;
  all.emplace_back("Content-Type", "application/json");
  return request("POST", target, all, json);
}

HttpResponse HttpClient::put(std::string_view target, std::string_view json, const Fields& fields) {
  Fields all = fields;
  all.emplace_back("Content-Type", "application/json");
  return request("PUT", target, all, json);
}

HttpResponse HttpClient::patch(std::string_view target, std::string_view json,
                               const Fields& fields) {
  Fields all = fields;
  all.emplace_back("Content-Type", "application/merge-patch+json");
  return request("PATCH", target, all, json);
}

HttpResponse HttpClient::request(std::string_view method, std::string_view target,
                                 const Fields& fields, std::string_view body) {
  std::string bytes =
      std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const auto& [name, value] : fields) bytes += name + ": " + value + "\r\n";
  if (!body.empty()) bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  bytes += "\r\n";
  bytes += body;
  send(bytes);
  return receive(method == "HEAD");
}

void HttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void HttpClient::finish_sending() { ::shutdown(socket_, SHUT_WR); }

HttpResponse HttpClient::receive(bool to_head) {
  HttpResponse response;
  do {
    response = parse_head(take_until("\r\n\r\n"));
  } while (response.status < 200);
  if (to_head || has_no_body(response)) return response;
  if (response.header("transfer-encoding") == "chunked") {
    response.body = take_chunks();
  } else if (const auto length = response.header("content-length")) {
    response.body = take(std::stoul(*length));
  } else {
    response.body = receive_all();
  }
  return response;
}

std::string HttpClient::receive_all() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

bool HttpClient::fill() {
  std::array<char, 65536> block{};
  ssize_t got = 0;
  do {
    got = ::recv(socket_, block.data(), block.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got < 0 && errno == EAGAIN) {
    throw std::runtime_error("the server neither answered nor closed; so far: " + buffer_);
  }
  if (got < 0) fail("recv");
  buffer_.append(block.data(), static_cast<std::size_t>(got));
  return got > 0;
}

/// What stands before the mark, with the first two bytes of the mark; the mark is dropped from the
/// stream.
std::string HttpClient::take_until(std::string_view mark) {
  std::size_t at = 0;
  while ((at = buffer_.find(mark)) == std::string::npos) {
    if (!fill()) throw std::runtime_error("the connection ended inside a response: " + buffer_);
  }
  std::string text = buffer_.substr(0, at + 2);
  buffer_.erase(0, at + mark.size());
  return text;
}

std::string HttpClient::take(std::size_t size) {
  while (buffer_.size() < size) {
    if (!fill()) throw std::runtime_error("the connection ended inside a body: " + buffer_);
  }
  std::string text = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return text;
}

std::string HttpClient::take_chunks() {
  std::string body;
  for (;;) {
    const std::size_t size = std::stoul(take_until("\r\n"), nullptr, 16);
    body += take(size);
    if (take(2) != "\r\n") throw std::runtime_error("a chunk does not end where its size says");
    if (size == 0) return body;
  }
}

}  // namespace notes::tests
