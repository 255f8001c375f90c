#include "http/observations.hpp"

#include <cstdint>
#include <string>

namespace notes::http {

Observations::Observations(telemetry::Logger& logger, telemetry::Metrics& metrics)
    : logger_(logger),
      metrics_(metrics),
      connections_(metrics.gauge("http_server_connections", "Connections that are open.")),
      active_(metrics.gauge("http_server_active_requests", "Requests that are being served.")),
      shed_(metrics.counter(kShedRequests, kShedRequestsHelp)),
      lag_(metrics.histogram(
          "http_server_loop_lag_seconds", "How late an I/O thread came to what was due.",
          {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5})) {}

void Observations::lagged(std::chrono::steady_clock::duration lag) {
  lag_.observe(std::chrono::duration<double>(lag).count());
}

void Observations::answered(const Answered& answered) {
  active_.add(-1);
  duration_of(answered).observe(std::chrono::duration<double>(answered.duration).count());
  log(answered);
}

void Observations::rejected(const Answered& answered) {
  auto found = rejected_.find(answered.status);
  if (found == rejected_.end()) {
    found = rejected_
                .emplace(answered.status,
                         metrics_.counter(
                             "http_server_rejected_requests_total",
                             "Requests that broke the protocol, a limit or a timeout.",
                             {{"http_response_status_code", std::to_string(answered.status)}}))
                .first;
  }
  found->second.increment();
  log(answered);
}

telemetry::Histogram& Observations::duration_of(const Answered& answered) {
  const Key key{answered.route, answered.request.method, answered.status};
  auto found = durations_.find(key);
  if (found == durations_.end()) {
    const std::string route(answered.route == nullptr ? "" : answered.route->pattern);
    found =
        durations_
            .emplace(key,
                     metrics_.histogram(
                         "http_server_request_duration_seconds",
                         "From a request's last byte to its answer.", telemetry::duration_buckets(),
                         {{"http_request_method", std::string(to_string(answered.request.method))},
                          {"http_route", route},
                          {"http_response_status_code", std::to_string(answered.status)}}))
            .first;
  }
  return found->second;
}

void Observations::log(const Answered& answered) {
  if (!logger_.enabled(telemetry::Level::info)) return;
  const Request& request = answered.request;
  const auto route =
      answered.route == nullptr ? std::string_view() : std::string_view(answered.route->pattern);
  const auto duration = std::chrono::duration<double, std::milli>(answered.duration).count();
  logger_.info("request", {{"request_id", std::string_view(request.request_id)},
                           {"method", to_string(request.method)},
                           {"path", std::string_view(request.path)},
                           {"status", std::int64_t{answered.status}},
                           {"bytes", std::uint64_t{answered.body_bytes}},
                           {"duration_ms", duration},
                           {"route", route},
                           {"client", std::string_view(request.client)},
                           {"peer", std::string_view(request.peer)},
                           {"trace_id", request.trace.trace_id()},
                           {"span_id", request.trace.span_id()}});
}

}  // namespace notes::http
