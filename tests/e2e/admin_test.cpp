#include <map>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "db/session.hpp"
#include "db/url.hpp"
#include "e2e/json.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"

namespace {

using notes::db::Engine;
using notes::tests::draft_json;
using notes::tests::ExitStatus;
using notes::tests::Finished;
using notes::tests::HttpClient;
using notes::tests::HttpResponse;
using notes::tests::Postgres;
using notes::tests::ProcessOptions;
using notes::tests::run;
using notes::tests::Service;
using notes::tests::Sqlite;
using notes::tests::Stream;

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A service with the operators' listener, and a client of each.
template <typename Backend>
struct Operated {
  Operated()
      : service(std::map<std::string, std::string>{{"NOTES_ADMIN_ENABLED", "true"}}),
        client(service.server.connect()),
        operators(admin_port(
            service.server.process().wait_for_line(Stream::errors, "operators' listener"))) {}

  static std::uint16_t admin_port(const std::string& line) {
    return static_cast<std::uint16_t>(std::stoi(line.substr(line.find("\"port\":") + 7)));
  }

  Service<Backend> service;
  HttpClient client;
  HttpClient operators;
};

/// Prometheus' own parser on the text.
Finished parsed(const std::string& text) {
  ProcessOptions options;
  options.arguments = {"-B", NOTES_SOURCE_DIR "/tests/e2e/check_metrics.py"};
  options.input = text;
  return run("/usr/bin/python3", options);
}

}  // namespace

TEST_CASE_TEMPLATE("metrics are what Prometheus reads, under OpenTelemetry's names", Backend,
                   Sqlite, Postgres) {
  Operated<Backend> at;
  at.client.post("/api/v1/notes", draft_json("counted", ""));
  CHECK(at.client.get("/api/v1/notes").status == 200);
  at.client.get("/nowhere");
  const auto text = at.operators.get("/metrics").body;
  const auto read = parsed(text);
  CHECK(read.status == ExitStatus{0, {}});
  CHECK(read.errors == "");
  for (const auto* name :
       {"http_server_request_duration_seconds", "http_server_active_requests",
        "http_server_connections", "http_server_shed_requests", "http_server_loop_lag_seconds",
        "http_server_batch_size", "http_server_batch_wait_seconds",
        "db_client_operation_duration_seconds", "db_client_connections", "db_client_connection_max",
        "db_client_connection_wait_time_seconds", "notes_build_info", "process_cpu_seconds",
        "process_resident_memory_bytes", "process_open_fds", "process_start_time_seconds"}) {
    CAPTURE(name);
    CHECK(holds("\n" + read.output, "\n" + std::string(name) + "\n"));
  }
  CHECK(holds(text,
              "http_server_request_duration_seconds_count{http_request_method=\"POST\","
              "http_response_status_code=\"201\",http_route=\"/api/v1/notes\"} 1"));
  const std::string engine = Backend::kEngine == Engine::postgresql ? "postgresql" : "sqlite";
  CHECK(holds(text, "http_server_batch_size_count{lane=\"note_lists\"} 1"));
  // A user's first note, for whom there is no feed yet, is tried together and then made alone.
  CHECK(holds(text,
              "db_client_operation_duration_seconds_count{db_operation_name=\"transaction\","
              "db_system_name=\"" +
                  engine + "\"} 2"));
  CHECK_FALSE(parsed("oops\n").status == ExitStatus{0, {}});
}

TEST_CASE("the operators' routes are on their listener alone, and the probes on both") {
  Operated<Sqlite> at;
  for (const auto* target : {"/metrics", "/debug/inflight", "/debug/config", "/debug/log-level"}) {
    CAPTURE(target);
    CHECK(at.client.get(target).status == 404);
    CHECK(at.operators.get(target).status == 200);
  }
  CHECK(at.operators.get("/api/v1/notes").status == 404);
  for (const auto* target : {"/healthz", "/readyz"}) {
    CAPTURE(target);
    CHECK(at.client.get(target).status == 200);
    CHECK(at.operators.get(target).status == 200);
  }
  const auto ready = at.client.get("/readyz").body;
  for (const auto* check : {"database", "schema", "pool"}) {
    CAPTURE(check);
    CHECK(holds(ready, "{\"name\":\"" + std::string(check) + "\",\"status\":\"pass\""));
  }
}

TEST_CASE("operators see the settings without their secrets") {
  Operated<Postgres> at;
  const auto shown = at.operators.get("/debug/config").body;
  CHECK(holds(
      shown,
      R"({"key":"admin.enabled","value":"true","origin":"environment NOTES_ADMIN_ENABLED"})"));
  CHECK(holds(shown, R"("key":"database.url")"));
  CHECK(holds(shown, R"({"key":"secret_key","value":"***")"));
}

TEST_CASE("the log level changes while the server runs") {
  Operated<Sqlite> at;
  const auto put = [&](std::string_view json) {
    return at.operators.put("/debug/log-level", json);
  };
  CHECK(at.operators.get("/debug/log-level").body == R"({"level":"info"})");
  CHECK(put(R"({"level":"error"})").status == 200);
  CHECK(at.operators.get("/debug/log-level").body == R"({"level":"error"})");
  at.client.get("/api/v1/notes", {{"X-Request-Id", "unseen"}});
  CHECK(put(R"({"level":"info"})").status == 200);
  at.client.get("/api/v1/notes", {{"X-Request-Id", "seen"}});
  at.service.server.process().wait_for(Stream::errors, "\"request_id\":\"seen\"");
  CHECK_FALSE(holds(at.service.server.process().errors(), "\"request_id\":\"unseen\""));
  CHECK(put(R"({"level":"loud"})").status == 422);
  CHECK(put(R"({"level":"info","more":1})").status == 422);
  CHECK(put("info").status == 400);
  CHECK(put("[]").status == 400);
}

TEST_CASE("operators see which requests are at work") {
  Operated<Sqlite> at;
  const auto other = notes::db::open_session(notes::db::Url::parse(at.service.backend.url()), {});
  other->dialect().execute_raw(*other, "BEGIN IMMEDIATE");
  const std::string body = draft_json("waits", "");
  at.client.send(
      "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nX-Request-Id: held\r\nContent-Type: "
      "application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body);
  const auto deadline = std::chrono::steady_clock::now() + notes::tests::kPatience;
  std::string seen;
  while (!holds(seen, "\"state\":\"running\"") && std::chrono::steady_clock::now() < deadline) {
    seen = at.operators.get("/debug/inflight").body;
  }
  CHECK(holds(seen, R"("request_id":"held")"));
  CHECK(holds(
      seen,
      R"("method":"POST","path":"/api/v1/notes","route":"/api/v1/notes","client":"127.0.0.1")"));
  other->dialect().execute_raw(*other, "ROLLBACK");
  CHECK(at.client.receive().status == 201);
}
