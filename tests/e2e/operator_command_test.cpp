#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "db/session.hpp"
#include "db/url.hpp"
#include "e2e/json.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"
#include "support/temporary_directory.hpp"

namespace {

using Environment = std::map<std::string, std::string>;
using notes::tests::built;
using notes::tests::draft_json;
using notes::tests::ExitStatus;
using notes::tests::Finished;
using notes::tests::ProcessOptions;
using notes::tests::run;
using notes::tests::ServerProcess;
using notes::tests::Service;
using notes::tests::Sqlite;
using notes::tests::TemporaryDirectory;

Finished notes_server(std::vector<std::string> arguments, Environment environment = {}) {
  const TemporaryDirectory directory;
  ProcessOptions options;
  options.arguments = std::move(arguments);
  options.environment = std::move(environment);
  options.directory = directory.path();
  return run(built("notes-server"), options);
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("routes lists the table that the server dispatches by, and needs no settings") {
  const auto table = notes_server({"routes"}, {{"APP_ENV", "production"}});
  CHECK(table.status == ExitStatus{0, {}});
  CHECK(table.output.starts_with("METHOD  PATH "));
  CHECK(holds(table.output, "/api/v1/notes/{id}"));
  const auto json = notes_server({"routes", "--json"});
  CHECK(json.status == ExitStatus{0, {}});
  CHECK(holds(
      json.output,
      R"({"method":"GET","path":"/healthz","operation":"get_health","access":"everybody","runs":"inline"})"));
  CHECK(json.output.ends_with("]\n"));
}

TEST_CASE("config check names everything that is wrong, and says so when nothing is") {
  const auto good = notes_server({"config", "check"}, {{"PORT", "9000"}});
  CHECK(good.status == ExitStatus{0, {}});
  CHECK(holds(good.output, "no problem found"));
  CHECK(holds(good.output, " 1 of them given"));
  const auto bad =
      notes_server({"config", "check"}, {{"PORT", "http"},
                                         {"NOTES_SERVER_TRUSTED_PROXIES", "10.0.0.1/8"},
                                         {"NOTES_SERVER_CORS_ORIGINS", "*"}});
  CHECK(bad.status == ExitStatus{1, {}});
  for (const auto* key : {"server.port", "server.trusted_proxies", "server.cors_origins"}) {
    CAPTURE(key);
    CHECK(holds(bad.errors, key));
  }
  CHECK(notes_server({"config", "check"}, {{"DATABASE_URL", "mysql://x"}}).status.code == 1);
}

TEST_CASE(
    "healthcheck is 0 for a server that is well, and 1 for one that is not there or not ready") {
  ServerProcess server(Environment{{"DATABASE_URL", "postgresql://x@127.0.0.1:1/x"}});
  const Environment here{{"PORT", std::to_string(server.port())}};
  CHECK(notes_server({"healthcheck"}, here).status == ExitStatus{0, {}});
  const auto unready = notes_server({"healthcheck", "--ready"}, here);
  CHECK(unready.status == ExitStatus{1, {}});
  CHECK(holds(unready.errors, "/readyz: 503"));
  server.stop();
  CHECK(notes_server({"healthcheck"}, here).status == ExitStatus{1, {}});
}

TEST_CASE("a request whose time is over is answered 504, and its worker is free again") {
  Service<Sqlite> service(Environment{{"NOTES_SERVER_REQUEST_TIMEOUT", "300ms"},
                                      {"NOTES_SERVER_WORKERS", "1"},
                                      {"NOTES_DATABASE_BUSY_TIMEOUT", "1h"}});
  const auto other = notes::db::open_session(notes::db::Url::parse(service.backend.url()), {});
  other->dialect().execute_raw(*other, "BEGIN IMMEDIATE");
  auto client = service.server.connect();
  const auto late = client.post("/api/v1/notes", draft_json("too late", ""));
  CHECK(late.status == 504);
  CHECK(holds(late.body, "\"request_id\""));
  // The only worker, while the lock is still held.
  for (int tries = 0; tries < 100; ++tries) {
    if (client.get("/api/v1/notes").status == 200) break;
    CHECK(tries < 99);
  }
  other->dialect().execute_raw(*other, "ROLLBACK");
  CHECK(client.get("/api/v1/notes").body.find("too late") == std::string::npos);
  CHECK(client.post("/api/v1/notes", draft_json("in time", "")).status == 201);
}

TEST_CASE(
    "a server that is told to stop serves on for its delay, lets clients go, and is not ready") {
  Service<Sqlite> service(Environment{{"NOTES_SERVER_SHUTDOWN_DELAY", "2s"}});
  auto kept = service.server.connect();
  CHECK_FALSE(kept.get("/healthz").header("connection"));
  service.server.process().signal(15);
  service.server.process().wait_for(notes::tests::Stream::errors, "\"stopping\"");
  auto fresh = service.server.connect();
  const auto ready = fresh.get("/readyz");
  CHECK(ready.status == 503);
  CHECK(holds(ready.body, "not_draining"));
  CHECK(ready.header("connection") == "close");
  const auto last = kept.post("/api/v1/notes", draft_json("late but served", ""));
  CHECK(last.status == 201);
  CHECK(last.header("connection") == "close");
  CHECK(service.server.process().wait() == ExitStatus{0, {}});
}

TEST_CASE("a SQLite database that was stopped in order is one file") {
  Service<Sqlite> service;
  auto client = service.server.connect();
  CHECK(client.post("/api/v1/notes", draft_json("kept", "")).status == 201);
  const std::string path = notes::db::Url::parse(service.backend.url()).path();
  CHECK(std::filesystem::exists(path + "-wal"));
  CHECK(service.server.stop() == ExitStatus{0, {}});
  CHECK_FALSE(std::filesystem::exists(path + "-wal"));
}
