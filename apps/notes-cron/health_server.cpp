#include "health_server.hpp"

#include <fmt/format.h>

#include "http/route.hpp"
#include "json.hpp"

namespace notes::cron_app {
namespace {

using http::Method;
using http::Request;
using http::Runs;

config::ServerSettings server_settings(const config::Address& address) {
  config::ServerSettings settings;
  settings.host = address.host;
  settings.port = address.port;
  settings.io_threads = 1;
  settings.workers = 1;
  settings.max_connections = 100;
  return settings;
}

}  // namespace

HealthServer::HealthServer(const config::Address& address, std::chrono::milliseconds stall_limit,
                           const Tools& tools)
    : stall_limit_(stall_limit),
      tools_(tools),
      probe_(tools.database, tools.clock),
      server_(server_settings(address),
              http::Router({{Method::get, "/healthz", "get_health", Runs::inline_,
                             [this](const Request&) { return health(); }},
                            {Method::get, "/readyz", "get_readiness", Runs::on_worker,
                             [this](const Request&) { return readiness(); }},
                            {Method::get, "/metrics", "get_metrics", Runs::inline_,
                             [this](const Request&) { return metrics(); }}}),
              tools.logger, tools.metrics) {}

http::Response HealthServer::health() const {
  const auto health = tools_.scheduler.health();
  const bool alive = health.tick_age < stall_limit_;
  return http::respond(alive ? 200 : 503, "application/json", json_of(health, alive));
}

http::Response HealthServer::readiness() {
  auto readiness = probe_.check();
  const bool held = tools_.scheduler.health().held;
  readiness.checks.push_back(
      {"clock", !held,
       held
           ? "the wall clock has jumped; nothing fires until it is confirmed, or notes-cron resume "
             "--all says that it is right"
           : "believed"});
  return http::respond(readiness.ready() ? 200 : 503, "application/json", json_of(readiness));
}

http::Response HealthServer::metrics() const {
  return http::respond(200, "text/plain; version=0.0.4; charset=utf-8",
                       tools_.metrics.prometheus_text());
}

void HealthServer::stop() {
  static_cast<void>(server_.drain(std::chrono::steady_clock::now() + std::chrono::seconds(1)));
}

}  // namespace notes::cron_app
