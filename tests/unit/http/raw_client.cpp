#include "raw_client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/uuid.hpp"
#include "http/message.hpp"

namespace notes::tests {
namespace {

constexpr int kPatience = 20'000;  // milliseconds

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

}  // namespace

RawClient::RawClient(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (!socket_) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail("connect");
  const int on = 1;
  if (::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
    fail("TCP_NODELAY");
}

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EPIPE || errno == ECONNRESET) return;
      fail("send");
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t RawClient::send_available(std::string_view bytes) {
  const ssize_t sent =
      ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

void RawClient::shut_writing() { ::shutdown(socket_.get(), SHUT_WR); }

void RawClient::set_receive_buffer(int bytes) {
  if (::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) != 0)
    fail("SO_RCVBUF");
}

bool RawClient::receive_some() {
  std::array<char, 65536> buffer{};
  const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got > 0) received_.append(buffer.data(), static_cast<std::size_t>(got));
  was_reset_ = got < 0 && errno == ECONNRESET;
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

bool RawClient::receive_available() { return receive_some(); }

std::string RawClient::receive_all() {
  for (;;) {
    pollfd ready{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, kPatience) == 0)
      throw std::runtime_error("the server did not end; it sent: " + received_);
    if (!receive_some()) return received_;
  }
}

std::string RawClient::receive_until(std::string_view text) {
  while (!received_.ends_with(text)) {
    pollfd ready{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, kPatience) == 0)
      throw std::runtime_error("the server is silent; it sent: " + received_);
    if (!receive_some()) throw std::runtime_error("the server ended; it sent: " + received_);
  }
  return received_;
}

std::string Answer::field(std::string_view name) const {
  std::string_view rest = head;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(std::min(line.size() + 2, rest.size()));
    const auto colon = line.find(": ");
    if (colon != std::string_view::npos && http::equal_ignoring_case(line.substr(0, colon), name)) {
      return std::string(line.substr(colon + 2));
    }
  }
  return {};
}

std::vector<Answer> parse_answers(std::string_view bytes, const std::vector<std::size_t>& heads) {
  std::vector<Answer> answers;
  while (!bytes.empty()) {
    const auto end = bytes.find("\r\n\r\n");
    if (!bytes.starts_with("HTTP/1.1 ") || end == std::string_view::npos) {
      throw std::runtime_error("no answer: " + std::string(bytes));
    }
    Answer answer{.status = std::stoi(std::string(bytes.substr(9, 3))),
                  .head = std::string(bytes.substr(0, end + 2)),
                  .body = {}};
    bytes.remove_prefix(end + 4);
    const auto length = answer.field("Content-Length");
    const bool head_only = std::find(heads.begin(), heads.end(), answers.size()) != heads.end();
    if (!length.empty() && !head_only) {
      const std::size_t size = std::stoul(length);
      if (size > bytes.size()) throw std::runtime_error("a body cut short");
      answer.body = bytes.substr(0, size);
      bytes.remove_prefix(size);
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

std::string without_variables(std::string_view bytes) {
  constexpr std::string_view kDate = "Date: ";
  constexpr std::size_t kDateSize = 29;
  std::string text(bytes);
  for (auto at = text.find(kDate); at != std::string::npos; at = text.find(kDate, at + 1)) {
    text.replace(at + kDate.size(), kDateSize, "-");
  }
  for (std::size_t at = 0; at + 36 <= text.size(); ++at) {
    if (text[at + 8] == '-' && text[at + 14] == '7' &&
        Uuid::parse(std::string_view(text).substr(at, 36))) {
      text.replace(at, 36, "-");
    }
  }
  return text;
}

}  // namespace notes::tests
