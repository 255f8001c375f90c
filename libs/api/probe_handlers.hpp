#pragma once

#include <atomic>

#include "http/message.hpp"
#include "service/readiness.hpp"
#include "telemetry/metrics.hpp"

namespace notes::api {

/// What orchestrators and operators ask. Thread-safe; what it is given must outlive it.
class ProbeHandlers {
 public:
  ProbeHandlers(service::ReadinessProbe& readiness, const telemetry::Metrics& metrics);

  /// From now on readiness is refused, so that no new client is sent here.
  void begin_draining() { draining_ = true; }

  /// This process answers; the database is not asked.
  http::Response health(const http::Request& request) const;
  /// 200 when every check passes, else 503; the checks either way.
  http::Response readiness(const http::Request& request) const;
  http::Response ping(const http::Request& request) const;
  /// Prometheus' text format.
  http::Response metrics(const http::Request& request) const;

 private:
  service::ReadinessProbe& readiness_;
  const telemetry::Metrics& metrics_;
  std::atomic<bool> draining_ = false;
};

}  // namespace notes::api
