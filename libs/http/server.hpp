#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "config/settings.hpp"
#include "http/activity.hpp"
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
  /// The same, and tells `activity` what it does.
  Server(const config::ServerSettings& settings, Router router, telemetry::Logger& logger,
         telemetry::Metrics& metrics, Activity& activity);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Stops at once if it still runs.
  ~Server();

  /// The port it listens on: the one asked for, or what the system chose for 0.
  std::uint16_t port() const;

  /// From now on every answer says `Connection: close`, so that clients which keep connections look
  /// for another server. Connections are still accepted. From any thread.
  void retire();

  enum class Drained {
    complete,   ///< everything was answered in its time
    cancelled,  ///< everything has ended, some of it at the deadline
    cut_off,    ///< a handler still runs; the destructor waits for it
  };
  /// Accepts what has been waiting and then no more, answers what is in flight with `Connection:
  /// close`, closes idle connections, and returns when all are gone and no handler runs any more.
  /// At the deadline it calls `cancel`, which is to end what handlers wait for, and gives them a
  /// second to answer; connections that are left then are cut off. Call once, from any thread but
  /// the server's own.
  Drained drain(std::chrono::steady_clock::time_point deadline,
                const std::function<void()>& cancel = {});

 private:
  class Engine;
  std::unique_ptr<Activity> own_activity_;  ///< where nobody watches
  std::unique_ptr<Engine> engine_;
};

}  // namespace notes::http
