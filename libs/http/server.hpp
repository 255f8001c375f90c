#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "config/settings.hpp"
#include "http/route.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::http {

/// An HTTP/1.1 server (RFC 9110, RFC 9112) on Pistache's reactor: framing, limits, timeouts,
/// pipelining and draining are its own. Everything passed in must outlive it.
class Server {
 public:
  /// Binds and serves from then on, on threads of its own. Throws Error{usage} when the address
  /// cannot be bound, naming it and the reason.
  Server(const config::ServerSettings& settings, Router router, telemetry::Logger& logger,
         telemetry::Metrics& metrics);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Stops at once if it still runs.
  ~Server();

  /// The port it listens on: the one asked for, or what the system chose for 0.
  std::uint16_t port() const;

  enum class Drained { complete, cut_off };
  /// Stops accepting, answers what is in flight with `Connection: close`, closes idle connections,
  /// and returns when all are gone and no handler runs any more. At the deadline what is left is
  /// cut off; the destructor still waits for handlers that run then. Call once, from any thread but
  /// the server's own.
  Drained drain(std::chrono::steady_clock::time_point deadline);

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace notes::http
