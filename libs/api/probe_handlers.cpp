#include "api/probe_handlers.hpp"

#include "api/json.hpp"

namespace notes::api {
namespace {

using http::Request;
using http::Response;

}  // namespace

ProbeHandlers::ProbeHandlers(service::ReadinessProbe& readiness, const telemetry::Metrics& metrics)
    : readiness_(readiness), metrics_(metrics) {}

Response ProbeHandlers::health(const Request&) const {
  return http::respond(200, "application/json", R"({"status":"ok"})");
}

Response ProbeHandlers::readiness(const Request&) const {
  auto readiness = readiness_.check();
  if (draining_) {
    readiness.checks.push_back({"not_draining", false, "this instance is shutting down"});
  }
  return http::respond(readiness.ready() ? 200 : 503, "application/json", to_json(readiness));
}

Response ProbeHandlers::ping(const Request&) const {
  return http::respond(200, "text/plain; charset=utf-8", "pong");
}

Response ProbeHandlers::metrics(const Request&) const {
  return http::respond(200, "text/plain; version=0.0.4; charset=utf-8", metrics_.prometheus_text());
}

}  // namespace notes::api
