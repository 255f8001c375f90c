#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "http/server.hpp"

namespace notes::tests {

/// Lines that were logged, in order. Thread-safe.
class LogLines {
 public:
  void add(std::string_view line);
  std::vector<std::string> all() const;
  /// Whether some line holds the text.
  bool hold(std::string_view text) const;

 private:
  mutable std::mutex mutex_;
  // guards: lines_
  std::vector<std::string> lines_;
};

/// The settings of a server on a free port of the loopback address.
config::ServerSettings test_settings();

/// A server with a logger and metrics of its own.
class TestServer {
 public:
  TestServer(const config::ServerSettings& settings, std::vector<http::Route> routes);

  std::uint16_t port() const { return server_.port(); }
  http::Server& server() { return server_; }
  const LogLines& log() const { return *log_; }
  /// The value of a metric as Prometheus' text has it; -1 when there is none.
  double metric(std::string_view name_and_labels) const;

 private:
  std::shared_ptr<LogLines> log_;  // shared with the logger's sink
  SystemClock clock_;
  telemetry::Logger logger_;
  telemetry::Metrics metrics_;
  http::Server server_;
};

/// GET /ping → "pong", inline.
http::Route ping_route();
/// POST /echo → the request's body, on a worker.
http::Route echo_route();

/// Waits until `reached` is true, by asking again and again; false after 20 seconds.
template <typename Condition>
bool eventually(Condition reached) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!reached()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace notes::tests
