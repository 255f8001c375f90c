#include "api/probe_handlers.hpp"

#include <chrono>

#include "api/json.hpp"
#include "http/problem.hpp"

namespace notes::api {
namespace {

using http::Request;
using http::Response;

constexpr std::chrono::seconds kLongestSilence{5};

}  // namespace

ProbeHandlers::ProbeHandlers(service::ReadinessProbe& readiness, const http::Activity& activity)
    : readiness_(readiness), activity_(activity) {}

Response ProbeHandlers::health(const Request& request) const {
  if (activity_.silence(std::chrono::steady_clock::now()) > kLongestSilence) {
    return http::respond(http::Problem{.status = 503,
                                       .title = {},
                                       .detail = "an I/O thread does not come round",
                                       .errors = {}},
                         request);
  }
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

}  // namespace notes::api
