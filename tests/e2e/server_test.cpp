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

using notes::tests::built;
using notes::tests::draft_json;
using notes::tests::ExitStatus;
using notes::tests::Finished;
using notes::tests::migrate;
using notes::tests::Postgres;
using notes::tests::ProcessOptions;
using notes::tests::read_note;
using notes::tests::run;
using notes::tests::ServerProcess;
using notes::tests::Service;
using notes::tests::Sqlite;
using notes::tests::TemporaryDirectory;

using Environment = std::map<std::string, std::string>;

/// Runs notes-server where it is expected to end by itself.
Finished run_server(Environment environment, std::vector<std::string> arguments = {}) {
  const TemporaryDirectory directory;
  environment.emplace("PORT", "0");
  ProcessOptions options;
  options.arguments = std::move(arguments);
  options.environment = std::move(environment);
  options.directory = directory.path();
  return run(built("notes-server"), options);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE_TEMPLATE(
    "a database that is not migrated: the server starts, says so, and is ready once it is", Backend,
    Sqlite, Postgres) {
  const Backend backend;
  ServerProcess server(Environment{{"DATABASE_URL", backend.url()}});
  auto client = server.connect();
  CHECK(client.get("/healthz").status == 200);
  const auto before = client.get("/readyz");
  CHECK(before.status == 503);
  CHECK(contains(before.body, "run notes-migrate upgrade"));
  const auto refused = client.post("/api/v1/notes", draft_json("early", ""));
  CHECK(refused.status == 503);
  CHECK(refused.header("retry-after").has_value());
  CHECK_FALSE(contains(refused.body, "no such table"));

  REQUIRE(migrate(backend.url(), {"upgrade"}).status == ExitStatus{0, {}});
  CHECK(client.get("/readyz").status == 200);
  CHECK(client.post("/api/v1/notes", draft_json("in time", "")).status == 201);

  REQUIRE(migrate(backend.url(), {"downgrade", "base"}).status == ExitStatus{0, {}});
  CHECK(client.get("/readyz").status == 503);
}

TEST_CASE("a database that cannot be reached: the server starts and says so") {
  ServerProcess server(Environment{{"DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:1/notes"}});
  auto client = server.connect();
  CHECK(client.get("/healthz").status == 200);
  const auto ready = client.get("/readyz");
  CHECK(ready.status == 503);
  CHECK_FALSE(contains(ready.body, "hunter2"));
  const auto got = client.get("/api/v1/notes");
  CHECK(got.status == 503);
  CHECK(got.header("retry-after").has_value());
  CHECK(server.stop() == ExitStatus{0, {}});
  CHECK_FALSE(contains(server.process().errors(), "hunter2"));
}

TEST_CASE("SIGTERM ends the server with exit code 0, and every line of a request has its id") {
  Service<Sqlite> service;
  auto client = service.server.connect();
  const auto answer = client.post("/api/v1/notes", R"({"titel":""})", {{"X-Request-Id", "mine-1"}});
  CHECK(answer.header("x-request-id") == "mine-1");
  CHECK(contains(answer.body, R"("request_id":"mine-1")"));
  CHECK(service.server.stop() == ExitStatus{0, {}});
  const auto log = service.server.process().errors();
  CHECK(contains(log, R"("request_id":"mine-1")"));
  CHECK(contains(log, R"("message":"stopped")"));
}

TEST_CASE("an address that other machines reach is refused as long as there are no accounts") {
  for (const std::string host : {"0.0.0.0", "::", "192.0.2.1", "127.0.0.1.example.com"}) {
    CAPTURE(host);
    const auto ended = run_server({}, {"--host", host});
    CHECK(ended.status == ExitStatus{9, {}});
    CHECK(contains(ended.errors, "127.0.0.1"));
  }
}

TEST_CASE("a port in use is named") {
  ServerProcess server;
  const auto port = std::to_string(server.port());
  const auto ended = run_server({{"PORT", port}});
  CHECK(ended.status == ExitStatus{1, {}});
  CHECK(contains(ended.errors, port));
  CHECK(contains(ended.errors, "in use"));
}

TEST_CASE("production wants its secret key and its database said") {
  const auto without = run_server({{"APP_ENV", "production"}});
  CHECK(without.status == ExitStatus{1, {}});
  CHECK(contains(without.errors, "SECRET_KEY"));
  CHECK(contains(without.errors, "DATABASE_URL"));
  CHECK(run_server({{"APP_ENV", "prod"}, {"SECRET_KEY", "x"}}).status == ExitStatus{1, {}});
}

TEST_CASE("production logs JSON, and the log and config show keep secrets") {
  const TemporaryDirectory directory;
  const auto ended = run_server({{"APP_ENV", "prod"},
                                 {"SECRET_KEY", "correct-horse"},
                                 {"DATABASE_URL", "postgresql://me:hunter2@db.example/notes"}},
                                {"config", "show"});
  CHECK(ended.status == ExitStatus{0, {}});
  CHECK(contains(ended.output, "db.example"));
  CHECK(contains(ended.output, "environment DATABASE_URL"));
  CHECK_FALSE(contains(ended.output + ended.errors, "hunter2"));
  CHECK_FALSE(contains(ended.output + ended.errors, "correct-horse"));
}

TEST_CASE("a setting that is mistyped is named, with what was meant") {
  const TemporaryDirectory directory;
  directory.write("config/default.yaml", "server:\n  prot: 8080\n  workers: many\n");
  ProcessOptions options;
  options.directory = directory.path();
  const auto ended = run(built("notes-server"), options);
  CHECK(ended.status == ExitStatus{1, {}});
  CHECK(contains(ended.errors, "config/default.yaml:2:"));
  CHECK(contains(ended.errors, "did you mean 'server.port'?"));
  CHECK(contains(ended.errors, "config/default.yaml:3:"));
}

TEST_CASE("a SQLite file that cannot be written is a database that is away, not a crash") {
  const TemporaryDirectory directory;
  ServerProcess server(
      Environment{{"DATABASE_URL", "sqlite:" + (directory.path() / "no/such/notes.db").string()}});
  auto client = server.connect();
  const auto ready = client.get("/readyz");
  CHECK(ready.status == 503);
  CHECK(contains(ready.body, "no/such"));
  CHECK(client.post("/api/v1/notes", draft_json("x", "")).status == 503);
  CHECK(client.get("/healthz").status == 200);
}

TEST_CASE("a request that does not end does not hold the server beyond its deadline") {
  Service<Sqlite> service(
      {{"NOTES_SERVER_SHUTDOWN_TIMEOUT", "300ms"}, {"NOTES_DATABASE_BUSY_TIMEOUT", "60s"}});
  // Somebody else holds SQLite's write lock: the handler waits for it far longer than the server
  // may take to stop.
  const auto url = notes::db::Url::parse(service.backend.url());
  const auto other = notes::db::open_session(url, {});
  other->dialect().execute_raw(*other, "BEGIN IMMEDIATE");
  auto client = service.server.connect();
  const std::string body = draft_json("never stored", "");
  client.send(
      "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Type: "
      "application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body);
  auto watcher = service.server.connect();
  CHECK(watcher.get("/healthz").status == 200);  // the server has read what was sent before
  CHECK(service.server.stop() == ExitStatus{3, {}});
  CHECK(contains(service.server.process().errors(), "cut off at the deadline"));
}
