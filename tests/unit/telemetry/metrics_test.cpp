#include "telemetry/metrics.hpp"

#include <doctest/doctest.h>

using namespace notes::telemetry;

TEST_CASE("metrics come out in Prometheus' text format") {
  Metrics metrics;
  metrics
      .counter("http_server_requests_total", "Requests answered",
               {{"method", "GET"}, {"route", "/ping"}})
      .increment();
  metrics.gauge("db_client_connections", "Open connections").set(3);
  auto seconds =
      metrics.histogram("http_server_request_duration_seconds", "Time to answer", {0.5, 1});
  seconds.observe(0.25);
  seconds.observe(0.75);
  seconds.observe(8);
  CHECK(metrics.prometheus_text() ==
        "# HELP http_server_requests_total Requests answered\n"
        "# TYPE http_server_requests_total counter\n"
        "http_server_requests_total{method=\"GET\",route=\"/ping\"} 1\n"
        "# HELP db_client_connections Open connections\n"
        "# TYPE db_client_connections gauge\n"
        "db_client_connections 3\n"
        "# HELP http_server_request_duration_seconds Time to answer\n"
        "# TYPE http_server_request_duration_seconds histogram\n"
        "http_server_request_duration_seconds_count 3\n"
        "http_server_request_duration_seconds_sum 9\n"
        "http_server_request_duration_seconds_bucket{le=\"0.5\"} 1\n"
        "http_server_request_duration_seconds_bucket{le=\"1\"} 2\n"
        "http_server_request_duration_seconds_bucket{le=\"+Inf\"} 3\n");
}

TEST_CASE("the same name and labels give the same value again") {
  Metrics metrics;
  metrics.counter("retries_total", "Retries", {{"why", "busy"}}).increment(2);
  metrics.counter("retries_total", "Retries", {{"why", "busy"}}).increment();
  metrics.counter("retries_total", "Retries", {{"why", "moved"}}).increment();
  auto gauge = metrics.gauge("waiting", "Waiting");
  gauge.add(5);
  metrics.gauge("waiting", "Waiting").add(-2);
  const std::string text = metrics.prometheus_text();
  CHECK(text.find("retries_total{why=\"busy\"} 3\n") != std::string::npos);
  CHECK(text.find("retries_total{why=\"moved\"} 1\n") != std::string::npos);
  CHECK(text.find("waiting 3\n") != std::string::npos);
}

TEST_CASE("label values from outside are escaped") {
  Metrics metrics;
  metrics.counter("c_total", "C", {{"l", "a\"b\\c\nd"}}).increment();
  CHECK(metrics.prometheus_text().find(R"(c_total{l="a\"b\\c\nd"} 1)") != std::string::npos);
}

TEST_CASE("durations are counted in the buckets of OpenTelemetry's http.server.request.duration") {
  const std::vector<double> advised{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25,
                                    0.5,   0.75, 1,     2.5,  5,     7.5, 10};
  CHECK(duration_buckets() == advised);
}
