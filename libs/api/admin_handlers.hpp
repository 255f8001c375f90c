#pragma once

#include <string>
#include <vector>

#include "config/show.hpp"
#include "http/activity.hpp"
#include "http/message.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/process_metrics.hpp"

namespace notes::api {

/// What operators ask of a running server, on their own listener. Called from one thread at a time,
/// that listener's; what it is given must outlive it.
class AdminHandlers {
 public:
  /// `settings`: as config::shown() gives them, secrets hidden.
  AdminHandlers(telemetry::Metrics& metrics, telemetry::Logger& logger,
                const http::Activity& activity, std::vector<config::ShownSetting> settings);

  /// Prometheus' text format, version 0.0.4.
  http::Response metrics(const http::Request& request);
  /// {"requests":[…]}: those that wait for a worker or are with one, the oldest first.
  http::Response in_flight(const http::Request& request) const;
  /// {"settings":[{"key":…,"value":…,"origin":…},…]}
  http::Response config(const http::Request& request) const;
  /// {"level":…}
  http::Response log_level(const http::Request& request) const;
  /// Takes {"level":"debug"} and holds from the next line on, until the process ends. Throws
  /// Error{malformed} or Error{invalid} for anything else.
  http::Response set_log_level(const http::Request& request);

 private:
  telemetry::Metrics& metrics_;
  telemetry::Logger& logger_;
  const http::Activity& activity_;
  const std::vector<config::ShownSetting> settings_;
  telemetry::ProcessMetrics process_;
};

}  // namespace notes::api
