#include "api/routes.hpp"

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "api/access_contract.hpp"
#include "api/operations.hpp"
#include "http/openapi.hpp"

namespace notes::api {
namespace {

using http::Method;
using http::Request;
using http::Runs;
using service::Caller;

constexpr std::string_view kVersioned = "/api/v1/notes";
constexpr std::string_view kUnversioned = "/api/notes";

/// What is below /api/v1/notes is below /api/notes as well, for clients that do not name a version.
void add_unversioned(std::vector<Endpoint>& rows) {
  for (std::size_t i = 0, count = rows.size(); i < count; ++i) {
    if (!rows[i].pattern.starts_with(kVersioned)) continue;
    auto row = rows[i];
    row.pattern.replace(0, kVersioned.size(), kUnversioned);
    rows.push_back(std::move(row));
  }
}

std::shared_ptr<const Gathering> gathering(
    std::string_view name, unsigned threads,
    std::function<std::vector<http::Outcome>(NoteGatherings::Requests)> handler) {
  return std::make_shared<const Gathering>(
      Gathering{.name = name, .threads = threads, .handler = std::move(handler)});
}

}  // namespace

std::vector<Endpoint> endpoints(Handlers to) {
  const auto reads = gathering(
      "note_reads", 1, [to](NoteGatherings::Requests r) { return to.gathered_notes->get(r); });
  const auto lists = gathering(
      "note_lists", 4, [to](NoteGatherings::Requests r) { return to.gathered_notes->list(r); });
  const auto writes = gathering(
      "note_writes", 1, [to](NoteGatherings::Requests r) { return to.gathered_notes->write(r); });
  // clang-format off
  std::vector<Endpoint> rows{
      {Method::get,     "/",                          "get_home",          Runs::inline_,   Access::everybody,   [to](const Request& r, const Caller&) { return to.page->home(r); }},
      {Method::get,     "/page/{file}",               "get_page_file",     Runs::inline_,   Access::everybody,   [to](const Request& r, const Caller&) { return to.page->page_file(r); }},
      {Method::get,     "/openapi.json",              "get_openapi",       Runs::inline_,   Access::everybody,   [to](const Request& r, const Caller&) { return to.contract->document(r); }},
      {Method::get,     "/docs",                      "get_docs",          Runs::inline_,   Access::everybody,   [to](const Request& r, const Caller&) { return to.contract->docs(r); }},
      {Method::get,     "/docs/{file}",               "get_docs_file",     Runs::inline_,   Access::everybody,   [to](const Request& r, const Caller&) { return to.contract->docs_file(r); }},
      {Method::get,     "/problems/{name}",           "get_problem_type",  Runs::inline_,   Access::everybody,   [to](const Request& r, const Caller&) { return to.contract->problem(r); }},
      {Method::get,     "/healthz",                   "get_health",        Runs::inline_,   Access::everybody,   [to](const Request& r, const Caller&) { return to.probes->health(r); }},
      {Method::get,     "/readyz",                    "get_readiness",     Runs::on_worker, Access::everybody,   [to](const Request& r, const Caller&) { return to.probes->readiness(r); }},
      {Method::get,     "/ping",                      "ping",              Runs::inline_,   Access::everybody,   [to](const Request& r, const Caller&) { return to.probes->ping(r); }},
      {Method::get,     "/api/v1/health",             "get_api_health",    Runs::inline_,   Access::everybody,   [to](const Request& r, const Caller&) { return to.probes->health(r); }},
      {Method::get,     "/api/v1/notes",              "list_notes",        Runs::on_worker, Access::read_notes,  [to](const Request& r, const Caller& c) { return to.notes->list(r, c.actor); }, lists},
      {Method::post,    "/api/v1/notes",              "create_note",       Runs::on_worker, Access::write_notes, [to](const Request& r, const Caller& c) { return to.notes->create(r, c.actor); }, writes},
      {Method::post,    "/api/v1/notes:batch",        "batch_notes",       Runs::on_worker, Access::write_notes, [to](const Request& r, const Caller& c) { return to.notes->batch(r, c.actor); }},
      {Method::get,     "/api/v1/notes/changes",      "list_note_changes", Runs::on_worker, Access::read_notes,  [to](const Request& r, const Caller& c) { return to.notes->changes(r, c.actor); }},
      {Method::get,     "/api/v1/notes/search",       "search_notes",      Runs::on_worker, Access::read_notes,   [to](const Request& r, const Caller& c) { return to.search->search(r, c.actor); }},
      {Method::get,     "/api/v1/notes/export",       "export_notes",      Runs::on_worker, Access::read_notes,  [to](const Request& r, const Caller& c) { return to.notes->export_all(r, c.actor); }},
      {Method::post,    "/api/v1/notes/import",       "import_notes",      Runs::on_worker, Access::write_notes, [to](const Request& r, const Caller& c) { return to.notes->import_file(r, c.actor); }},
      {Method::get,     "/api/v1/notes/{id}",         "get_note",          Runs::on_worker, Access::read_notes,  [to](const Request& r, const Caller& c) { return to.notes->get(r, c.actor); }, reads},
      {Method::put,     "/api/v1/notes/{id}",         "replace_note",      Runs::on_worker, Access::write_notes, [to](const Request& r, const Caller& c) { return to.notes->replace(r, c.actor); }, writes},
      {Method::patch,   "/api/v1/notes/{id}",         "patch_note",        Runs::on_worker, Access::write_notes, [to](const Request& r, const Caller& c) { return to.notes->patch(r, c.actor); }, writes},
      {Method::delete_, "/api/v1/notes/{id}",         "trash_note",        Runs::on_worker, Access::write_notes, [to](const Request& r, const Caller& c) { return to.notes->trash(r, c.actor); }, writes},
      {Method::post,    "/api/v1/notes/{id}/restore", "restore_note",      Runs::on_worker, Access::write_notes, [to](const Request& r, const Caller& c) { return to.notes->restore(r, c.actor); }},
      {Method::get,     "/api/v1/notes/{id}/revisions", "list_note_revisions", Runs::on_worker, Access::read_notes, [to](const Request& r, const Caller& c) { return to.notes->revisions(r, c.actor); }},
      {Method::get,     "/api/v1/notes/{id}/revisions/{version}", "get_note_revision", Runs::on_worker, Access::read_notes, [to](const Request& r, const Caller& c) { return to.notes->revision(r, c.actor); }},
      {Method::post,    "/api/v1/notes/{id}/revisions/{version}/restore", "restore_note_revision", Runs::on_worker, Access::write_notes, [to](const Request& r, const Caller& c) { return to.notes->restore_revision(r, c.actor); }},
      {Method::post,    "/api/v1/session",            "create_session",    Runs::on_worker, Access::strangers,   [to](const Request& r, const Caller&) { return to.sessions->create(r); }},
      {Method::get,     "/api/v1/session",            "get_session",       Runs::on_worker, Access::users,       [to](const Request& r, const Caller& c) { return to.sessions->show(r, c); }},
      {Method::delete_, "/api/v1/session",            "delete_session",    Runs::on_worker, Access::persons,     [to](const Request& r, const Caller& c) { return to.sessions->remove(r, c); }},
      {Method::post,    "/api/v1/me/password",        "change_password",   Runs::on_worker, Access::persons,     [to](const Request& r, const Caller& c) { return to.sessions->change_password(r, c); }},
      {Method::get,     "/api/v1/tokens",             "list_tokens",       Runs::on_worker, Access::persons,     [to](const Request& r, const Caller& c) { return to.tokens->list(r, c.actor); }},
      {Method::post,    "/api/v1/tokens",             "create_token",      Runs::on_worker, Access::persons,     [to](const Request& r, const Caller& c) { return to.tokens->create(r, c.actor); }},
      {Method::delete_, "/api/v1/tokens/{id}",        "revoke_token",      Runs::on_worker, Access::persons,     [to](const Request& r, const Caller& c) { return to.tokens->revoke(r, c.actor); }},
  };
  // clang-format on
  add_unversioned(rows);
  return rows;
}

std::vector<http::Route> routes(const Gate& gate, Handlers to) { return gate.guard(endpoints(to)); }

std::string openapi_document(std::string_view version) {
  auto api = api_description(version);
  api.credentials = credential_schemes();
  std::vector<http::Route> rows;
  for (const auto& endpoint : endpoints({})) {
    rows.push_back({.method = endpoint.method,
                    .pattern = endpoint.pattern,
                    .operation = endpoint.operation,
                    .runs = endpoint.runs,
                    .handler = {}});
    for (auto& operation : api.operations) {
      if (operation.id == endpoint.operation) guard(operation, endpoint.access);
    }
  }
  return http::openapi_document(rows, api);
}

std::vector<http::Route> admin_routes(AdminHandlers& admin, ProbeHandlers& probes) {
  // clang-format off
  return {
      {Method::get, "/healthz",         "get_health",    Runs::inline_,   [&](const Request& r) { return probes.health(r); }},
      {Method::get, "/readyz",          "get_readiness", Runs::on_worker, [&](const Request& r) { return probes.readiness(r); }},
      {Method::get, "/metrics",         "get_metrics",   Runs::inline_,   [&](const Request& r) { return admin.metrics(r); }},
      {Method::get, "/debug/inflight",  "get_inflight",  Runs::inline_,   [&](const Request& r) { return admin.in_flight(r); }},
      {Method::get, "/debug/config",    "get_config",    Runs::inline_,   [&](const Request& r) { return admin.config(r); }},
      {Method::get, "/debug/log-level", "get_log_level", Runs::inline_,   [&](const Request& r) { return admin.log_level(r); }},
      {Method::put, "/debug/log-level", "set_log_level", Runs::inline_,   [&](const Request& r) { return admin.set_log_level(r); }},
  };
  // clang-format on
}

}  // namespace notes::api
