#include "api/routes.hpp"

namespace notes::api {
namespace {

using http::Method;
using http::Request;
using http::Runs;

}  // namespace

std::vector<http::Route> routes(NoteHandlers& notes, ProbeHandlers& probes) {
  // clang-format off
  return {
      {Method::get,     "/",                  "get_service_description", Runs::inline_,   [&](const Request& r) { return probes.describe(r); }},
      {Method::get,     "/healthz",           "get_health",              Runs::inline_,   [&](const Request& r) { return probes.health(r); }},
      {Method::get,     "/readyz",            "get_readiness",           Runs::on_worker, [&](const Request& r) { return probes.readiness(r); }},
      {Method::get,     "/ping",              "ping",                    Runs::inline_,   [&](const Request& r) { return probes.ping(r); }},
      {Method::get,     "/api/v1/notes",      "list_notes",              Runs::on_worker, [&](const Request& r) { return notes.list(r); }},
      {Method::post,    "/api/v1/notes",      "create_note",             Runs::on_worker, [&](const Request& r) { return notes.create(r); }},
      {Method::get,     "/api/v1/notes/{id}", "get_note",                Runs::on_worker, [&](const Request& r) { return notes.get(r); }},
      {Method::patch,   "/api/v1/notes/{id}", "patch_note",              Runs::on_worker, [&](const Request& r) { return notes.patch(r); }},
      {Method::delete_, "/api/v1/notes/{id}", "trash_note",              Runs::on_worker, [&](const Request& r) { return notes.trash(r); }},
  };
  // clang-format on
}

std::vector<http::Route> admin_routes(ProbeHandlers& probes) {
  // clang-format off
  return {
      {Method::get, "/healthz", "get_health",    Runs::inline_,   [&](const Request& r) { return probes.health(r); }},
      {Method::get, "/readyz",  "get_readiness", Runs::on_worker, [&](const Request& r) { return probes.readiness(r); }},
      {Method::get, "/metrics", "get_metrics",   Runs::inline_,   [&](const Request& r) { return probes.metrics(r); }},
  };
  // clang-format on
}

}  // namespace notes::api
