#include "unit/notify/receiver.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace notes::tests {
namespace {

constexpr std::chrono::seconds kPatience(60);

/// A request's head and body, by its Content-Length.
std::string read_request(int connection) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const auto head = text.find("\r\n\r\n");
    if (head != std::string::npos) {
      std::size_t length = 0;
      const auto at = text.find("Content-Length: ");
      if (at != std::string::npos) {
        std::from_chars(text.data() + at + 16, text.data() + text.size(), length);
      }
      if (text.size() >= head + 4 + length) {
        return text.substr(0, text.find(" HTTP/")) + "\n" + text.substr(head + 4);
      }
    }
    const auto got = ::recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace

Receiver::Receiver(std::vector<std::string> answers)
    : answers_(std::move(answers)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 16) != 0) {
    throw std::runtime_error("no port to listen on");
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

Receiver::~Receiver() {
  thread_.request_stop();
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  for (const int connection : silent_) ::close(connection);
  ::close(listener_);
}

std::string Receiver::url(std::string_view path) const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  return "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + std::string(path);
}

std::vector<std::string> Receiver::requests(std::size_t count) {
  std::unique_lock lock(mutex_);
  if (!arrived_.wait_for(lock, kPatience, [&] { return requests_.size() >= count; })) {
    throw std::runtime_error("fewer requests than expected: " + std::to_string(requests_.size()));
  }
  return requests_;
}

void Receiver::serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) answer(connection);
  }
}

void Receiver::answer(int connection) {
  auto request = read_request(connection);
  std::string answer;
  {
    const std::lock_guard lock(mutex_);
    answer = answers_[std::min(requests_.size(), answers_.size() - 1)];
    requests_.push_back(std::move(request));
    arrived_.notify_all();
  }
  if (answer.empty()) {
    silent_.push_back(connection);
    return;
  }
  const auto text = "HTTP/1.1 " + answer + "Content-Length: 0\r\nConnection: close\r\n\r\n";
  ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
  ::close(connection);
}

}  // namespace notes::tests
