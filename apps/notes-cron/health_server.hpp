#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"
#include "config/settings.hpp"
#include "db/database.hpp"
#include "http/server.hpp"
#include "scheduler/scheduler.hpp"
#include "service/readiness.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::cron_app {

/// What orchestrators and operators ask of a scheduler: GET /healthz (200 as long as its loop comes
/// round, with the age of the last evaluated tick), /readyz (200 when the database answers, has the
/// schema and the clock is believed; also for a replica that stands by), /metrics.
class HealthServer {
 public:
  struct Tools {
    const scheduler::Scheduler& scheduler;
    db::Database& database;
    const Clock& clock;
    telemetry::Logger& logger;
    telemetry::Metrics& metrics;
  };
  /// Listens from then on. `stall_limit`: the age that is no health any more. What `tools` refers
  /// to must outlive it. Throws what http::Server throws.
  HealthServer(const config::Address& address, std::chrono::milliseconds stall_limit,
               const Tools& tools);

  std::uint16_t port() const { return server_.port(); }
  /// Ends within a second.
  void stop();

 private:
  http::Response health() const;
  http::Response readiness();
  http::Response metrics() const;

  std::chrono::milliseconds stall_limit_;
  Tools tools_;
  service::ReadinessProbe probe_;
  http::Server server_;
};

}  // namespace notes::cron_app
