#include <chrono>
#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/http_client.hpp"
#include "e2e/process.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"
#include "support/temporary_directory.hpp"

namespace notes::tests {
namespace {

/// notes-cron in a folder of its own, with a file of jobs.
struct Tool {
  Finished operator()(std::vector<std::string> arguments) const {
    return run(built("notes-cron"), options(std::move(arguments)));
  }

  ProcessOptions options(std::vector<std::string> arguments) const {
    ProcessOptions options;
    options.arguments = std::move(arguments);
    options.environment = {{"NOTES_LOG_FORMAT", "json"}};
    if (!url.empty()) options.environment["DATABASE_URL"] = url;
    options.directory = place.path();
    return options;
  }

  void jobs(std::string_view yaml) const { place.write("config/cron.yaml", yaml); }

  std::string url = {};
  TemporaryDirectory place = {};
};

constexpr auto kJobs = R"(timezone: Asia/Seoul
jobs:
  purge-trash: { schedule: "15 3 * * *", apply: true, params: { older_than: 30d }, retries: 5 }
  tidy:        { every: 1s, command: ["true"] }
  broken:      { command: ["/bin/sh", "-c", "echo went wrong; exit 3"] }
  slow:        { command: ["/bin/sleep", "60"] }
)";

template <typename Backend>
struct Migrated {
  Migrated() : tool{.url = backend.url()} {
    const auto done = migrate(tool.url, {"upgrade"});
    if (done.status.code != 0) throw std::runtime_error("notes-migrate upgrade: " + done.errors);
    tool.jobs(kJobs);
  }

  Backend backend;
  Tool tool;
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// The value of a member that is text; the first one of that name.
std::string member(const std::string& json, const std::string& name) {
  const auto mark = "\"" + name + "\":\"";
  const auto begin = json.find(mark);
  if (begin == std::string::npos) return "";
  const auto from = begin + mark.size();
  return json.substr(from, json.find('"', from) - from);
}

void trash_a_note(const std::string& url) {
  execute(url, {"INSERT INTO notes (id, owner_id, title, body, created_at, updated_at, deleted_at) "
                "VALUES ('00000000-0000-7000-8000-00000000a001', "
                "'00000000-0000-7000-8000-000000000001', 'old', '', '2025-01-01T00:00:00.000000Z', "
                "'2025-01-01T00:00:00.000000Z', '2025-01-01T00:00:00.000000Z')"});
}

TEST_CASE("explain says when a schedule fires across changes of the clock") {
  struct Example {
    std::vector<std::string> arguments;
    std::string next;  // the list, as JSON
  };
  const std::string ny = "America/New_York";
  const std::string lord_howe = "Australia/Lord_Howe";
  const std::vector<Example> examples{
      {{"30 2 * * *", "--timezone", ny, "--from", "2025-03-09T00:00", "-n", "1"},
       R"(["2025-03-09T03:00:00-04:00"])"},
      {{"30 1 * * *", "--timezone", ny, "--from", "2025-11-02T00:00", "-n", "2"},
       R"(["2025-11-02T01:30:00-04:00","2025-11-03T01:30:00-05:00"])"},
      {{"0 * * * *", "--timezone", ny, "--from", "2025-11-02T00:30", "-n", "3"},
       R"(["2025-11-02T01:00:00-04:00","2025-11-02T01:00:00-05:00","2025-11-02T02:00:00-05:00"])"},
      {{"15 2 * * *", "--timezone", lord_howe, "--from", "2025-10-05T00:00", "-n", "1"},
       R"(["2025-10-05T02:30:00+11:00"])"},
      {{"*/30 * * * *", "--timezone", lord_howe, "--from", "2025-04-06T00:30", "-n", "4"},
       R"(["2025-04-06T01:00:00+11:00","2025-04-06T01:30:00+11:00",)"
       R"("2025-04-06T01:30:00+10:30","2025-04-06T02:00:00+10:30"])"},
      {{"30 2 * * *", "--timezone", "Asia/Seoul", "--from", "2025-03-09T00:00", "-n", "2"},
       R"(["2025-03-09T02:30:00+09:00","2025-03-10T02:30:00+09:00"])"},
      {{"30 2 * * *", "--timezone", ny, "--dst", "skip", "--from", "2025-03-09T00:00", "-n", "1"},
       R"(["2025-03-10T02:30:00-04:00"])"},
      {{"30 1 * * *", "--timezone", ny, "--dst", "wall", "--from", "2025-11-02T00:00", "-n", "2"},
       R"(["2025-11-02T01:30:00-04:00","2025-11-02T01:30:00-05:00"])"},
      // What is due at --from is left out.
      {{"0 12 * * *", "--from", "2025-01-01T12:00:00Z", "-n", "1"},
       R"(["2025-01-02T12:00:00+00:00"])"},
  };
  const Tool tool;
  for (const auto& example : examples) {
    auto arguments = example.arguments;
    arguments.insert(arguments.begin(), "explain");
    arguments.emplace_back("--json");
    const auto done = tool(arguments);
    CAPTURE(done.errors);
    CHECK(done.status.code == 0);
    CHECK(done.output.starts_with("{\"next\":" + example.next + ",\"warnings\":["));
    CHECK(done.output.ends_with("]}\n"));
  }
}

TEST_CASE("explain speaks English, and refuses what is no schedule") {
  const Tool tool;
  const auto done = tool({"explain", "15 3 * * *", "--from", "2025-01-01T00:00:00Z", "-n", "1"});
  CHECK(done.output == "At 03:15, every day (UTC)\n  2025-01-01T03:15:00+00:00\n");
  const auto wrong = tool({"explain", "99 * * * *"});
  CHECK(wrong.status.code == 1);
  CHECK(has(wrong.errors, "minute"));
  CHECK(has(wrong.errors, "99"));
  CHECK(tool({"explain", "30 2 30 2 *"}).status.code == 1);
  CHECK(tool({"explain", "* * * * *", "--timezone", "Asia/Soul"}).status.code == 1);
  CHECK(tool({"explain", "* * * * *", "--from", "yesterday"}).status.code == 1);
  CHECK(tool({"explain", "* * * * *", "-n", "0"}).status.code == 1);
  CHECK(tool({"explain"}).status.code == 1);
}

TEST_CASE("validate names every problem with its place, and list, show and next need no database") {
  const Tool tool;
  tool.jobs(kJobs);
  const auto good = tool({"validate", "--json"});
  CHECK(good.status.code == 0);
  CHECK(
      good.output.starts_with(R"({"file":"config/cron.yaml","jobs":4,"problems":[],"warnings":[)"));
  tool.place.write("bad.yaml",
                   "jobs:\n  purge-trash: { schedul: \"15 3 * * *\" }\n  tidy: { every: 0s }\n");
  const auto bad = tool({"validate", "bad.yaml"});
  CHECK(bad.status.code == 1);
  CHECK(has(bad.output, "bad.yaml:2:"));
  CHECK(has(bad.output, "'schedule'"));
  CHECK(has(bad.output, "bad.yaml:3:"));
  CHECK(tool({"validate", "nowhere.yaml"}).status.code == 1);

  const auto next = tool({"next", "purge-trash", "--from", "2026-01-01", "-n", "1", "--json"});
  CHECK(next.output ==
        R"({"next":[{"job":"purge-trash","at":"2026-01-01T03:15:00+09:00",)"
        R"("due_at":"2025-12-31T18:15:00.000000Z","nominal":"2026-01-01T03:15:00[Asia/Seoul]",)"
        R"("fold":0}]})"
        "\n");
  const auto list = tool({"list"});
  CHECK(list.status.code == 0);
  CHECK(has(list.output, "At 03:15, every day"));
  CHECK(has(list.output, "only when asked for"));
  const auto show = tool({"show", "purge-trash"});
  CHECK(has(show.output, "param older_than  30d (how long ago they were moved there)"));
  const auto unknown = tool({"show", "purge-trsh"});
  CHECK(unknown.status.code == 1);
  CHECK(has(unknown.errors, "did you mean 'purge-trash'?"));
  CHECK(tool({"list", "--jobs", "nowhere.yaml"}).status.code == 1);
  CHECK(tool({"exec", "purge-trash", "--database-url", "sqlite:none.db"}).status.code == 3);
}

TEST_CASE_TEMPLATE("exec counts without --apply, changes with it, and is written down", Backend,
                   Sqlite, Postgres) {
  const Migrated<Backend> at;
  trash_a_note(at.tool.url);
  const auto dry = at.tool({"exec", "purge-trash"});
  CAPTURE(dry.errors);
  CHECK(dry.status.code == 0);
  CHECK(dry.output.starts_with(
      "dry run, nothing was changed: processed 1, would_delete 1; 0 errors in "));
  CHECK(has(dry.errors, R"("message":"job summary")"));

  const auto kept = at.tool({"exec", "purge-trash", "--apply", "--param", "older_than=100000d"});
  CHECK(kept.output.starts_with("processed 0, deleted 0; 0 errors in "));
  const auto done = at.tool({"exec", "purge-trash", "--apply", "--json"});
  CHECK(done.status.code == 0);
  CHECK(member(done.output, "state") == "succeeded");
  CHECK(member(done.output, "origin") == "exec");
  CHECK(has(done.output, R"("apply":true,"params":{"older_than":"30d"})"));
  CHECK(has(done.output, R"("counters":{"deleted":1,"processed":1})"));

  const auto id = member(done.output, "id");
  const auto logs = at.tool({"logs", id.substr(id.size() - 8)});
  CHECK(logs.status.code == 0);
  CHECK(logs.output.starts_with("processed 1, deleted 1; 0 errors in "));
  CHECK(has(at.tool({"runs", id}).output, "deleted 1, processed 1"));
  CHECK(has(at.tool({"runs"}).output, id));
  const auto history = at.tool({"history", "purge-trash", "--json"});
  CHECK(history.output.starts_with("{\"runs\":[{\"id\":\"" + id + "\""));
  CHECK(at.tool({"history", "--failed", "--json"}).output == "{\"runs\":[],\"skipped\":[]}\n");
  CHECK(at.tool({"history", "--since", "2100-01-01", "--json"}).output ==
        "{\"runs\":[],\"skipped\":[]}\n");
}

TEST_CASE_TEMPLATE("exec ends as its job does", Backend, Sqlite, Postgres) {
  const Migrated<Backend> at;
  const auto broken = at.tool({"exec", "broken"});
  CHECK(broken.status.code == 1);
  CHECK(broken.output == "went wrong\n");
  CHECK(has(broken.errors, "exited with status 3"));
  CHECK(at.tool({"exec", "no-such-job"}).status.code == 1);
  CHECK(at.tool({"exec", "purge-trash", "--param", "older=1d"}).status.code == 1);
  CHECK(at.tool({"exec", "purge-trash", "--param", "older_than=soon"}).status.code == 1);
  CHECK(at.tool({"exec", "purge-trash", "--resume"}).status.code == 1);  // nothing stopped half-way
  CHECK(at.tool({"logs", "ffffffff"}).status.code == 1);
  const auto failed = at.tool({"history", "broken", "--failed", "--json"});
  CHECK(member(failed.output, "state") == "failed");
  CHECK(has(failed.output, R"("exit_code":3)"));

  execute(at.tool.url, {"INSERT INTO users (id, email, display_name, role, created_at, updated_at) "
                        "VALUES ('00000000-0000-7000-8000-000000000002', 'a@example.org', 'A', "
                        "'member', '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z')"});
  const auto report = at.tool({"exec", "consistency-report"});
  CHECK(report.status.code == 1);
  CHECK(has(report.output, "users_without_slug"));
  CHECK(has(report.output, R"({"findings":[{"rule":"users_without_slug")"));
  CHECK(at.tool({"exec", "backfill-user-slugs"}).status.code == 0);
  CHECK(at.tool({"exec", "consistency-report"}).status.code == 0);
}

TEST_CASE_TEMPLATE("exec refuses to run beside another, and a signal ends it", Backend, Sqlite,
                   Postgres) {
  const Migrated<Backend> at;
  Process slow(built("notes-cron"), at.tool.options({"exec", "slow"}));
  const auto alive = [&] {
    return has(at.tool({"runs", "--json"}).output, R"("state":"running")");
  };
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!alive() && std::chrono::steady_clock::now() < deadline) {
  }
  const auto second = at.tool({"exec", "slow"});
  CHECK(second.status.code == 6);
  CHECK(has(second.errors, "--force"));
  slow.signal(SIGTERM);
  CHECK(slow.wait().code == 8);
  CHECK(has(at.tool({"history", "slow", "--json"}).output, R"("state":"cancelled")"));
}

TEST_CASE_TEMPLATE("the scheduler runs, tells its health, obeys, and hands over at the end",
                   Backend, Sqlite, Postgres) {
  const Migrated<Backend> at;
  CHECK(at.tool({"status"}).status.code == 3);
  CHECK(at.tool({"step-down"}).output == "nobody leads\n");
  Process scheduler(built("notes-cron"),
                    at.tool.options({"run", "--health-address", "127.0.0.1:0"}));
  const auto line = scheduler.wait_for_line(Stream::errors, "health server listens");
  const auto port = static_cast<std::uint16_t>(std::stoi(line.substr(line.find("\"port\":") + 7)));
  const auto until = [&](auto condition) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  };
  REQUIRE(until([&] { return at.tool({"status"}).status.code == 0; }));
  REQUIRE(until([&] {
    return has(at.tool({"history", "tidy", "--json"}).output, R"("state":"succeeded")");
  }));
  HttpClient client(port);
  const auto health = client.get("/healthz");
  CHECK(health.status == 200);
  CHECK(has(health.body, R"("status":"ok")"));
  CHECK(has(health.body, R"("leader":true)"));
  CHECK(client.get("/readyz").status == 200);
  CHECK(has(client.get("/metrics").body, "notes_cron_leader 1"));
  CHECK(client.get("/other").status == 404);

  trash_a_note(at.tool.url);
  const auto triggered = at.tool({"trigger", "purge-trash", "--json"});
  const auto id = member(triggered.output, "id");
  CHECK(until([&] {
    return member(at.tool({"runs", id, "--json"}).output, "state") == "succeeded";
  }));
  CHECK(has(at.tool({"logs", id}).output, "deleted 1"));             // the file says apply: true
  CHECK(at.tool({"trigger", "analyze-database"}).status.code == 1);  // not in the file

  CHECK(at.tool({"pause"}).status.code == 1);
  CHECK(at.tool({"pause", "tidy", "--until", "2020-01-01"}).status.code == 1);
  CHECK(at.tool({"pause", "tidy"}).output == "tidy is paused: notes-cron resume ends it\n");
  CHECK(until([&] {
    return has(at.tool({"history", "tidy", "--json"}).output, R"("reason":"paused")");
  }));
  CHECK(has(at.tool({"status", "--json"}).output, R"("name":"tidy","in_use":true)"));
  CHECK(at.tool({"resume", "tidy", "--json"}).output == "{\"changed\":true}\n");
  CHECK(at.tool({"resume", "tidy"}).output == "tidy was not paused\n");

  CHECK(at.tool({"pause", "--all", "--until", "2100-01-01"}).output ==
        "every job is paused until 2100-01-01T00:00:00.000000Z\n");
  CHECK(has(at.tool({"status"}).output, "until 2100-01-01T00:00:00Z"));
  const auto since = member(at.tool({"status", "--json"}).output, "paused_since");
  REQUIRE(until([&] {
    return has(at.tool({"history", "tidy", "--since", since, "--json"}).output, "paused");
  }));
  const auto going_on = at.tool({"resume", "--all", "--catch-up"});
  CHECK(has(going_on.output, "every job goes on; "));
  CHECK(has(going_on.output, " missed ticks are asked for\n"));
  REQUIRE(until([&] {
    return has(at.tool({"history", "tidy", "--json"}).output,
               R"("origin":"backfill","state":"succ)");
  }));

  const auto backfilled =
      at.tool({"backfill", "purge-trash", "--from", "2026-01-01", "--to", "2026-01-03", "--json"});
  CHECK(has(backfilled.output, R"("nominal":"2026-01-01T03:15:00[Asia/Seoul]")"));
  CHECK(has(backfilled.output, R"("nominal":"2026-01-02T03:15:00[Asia/Seoul]")"));
  CHECK(at.tool({"backfill", "purge-trash", "--from", "2026-01-01", "--to", "2026-01-03", "--json"})
            .output == "{\"runs\":[]}\n");
  CHECK(at.tool({"backfill", "purge-trash", "--from", "2026-01-01"}).status.code == 1);

  CHECK(at.tool({"step-down"}).output == "the leader is asked to step down\n");
  scheduler.signal(SIGTERM);
  CHECK(scheduler.wait().code == 0);
  CHECK(at.tool({"status"}).status.code == 3);
}

TEST_CASE_TEMPLATE("the shipped file of jobs is valid, and runs as it is", Backend, Sqlite,
                   Postgres) {
  const Migrated<Backend> at;
  at.tool.jobs(read_file(NOTES_SOURCE_DIR "/config/cron.yaml"));
  const auto valid = at.tool({"validate"});
  CHECK(valid.output == "config/cron.yaml: 11 jobs, 0 problems, 0 warnings\n");
  CHECK(valid.status.code == 0);
  Process scheduler(built("notes-cron"), at.tool.options({"run"}));
  const auto ran = [&] { return at.tool({"status"}).status.code == 0; };
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!ran() && std::chrono::steady_clock::now() < deadline) {
  }
  CHECK(ran());
  CHECK(at.tool({"pause", "--all"}).status.code ==
        0);  // so that none is running when it is asked for
  for (const auto* job :
       {"purge-trash", "cleanup-expired", "backfill-user-slugs", "recompute-note-stats",
        "consistency-report", "analyze-database", "backup-database", "prune-history",
        "prune-tombstones", "deactivate-inactive-users"}) {
    const auto done = at.tool({"exec", job, "--apply"});
    CAPTURE(job);
    CAPTURE(done.errors);
    CHECK(done.status.code == 0);
    CHECK(has(done.output, "; 0 errors in "));
  }
  scheduler.signal(SIGTERM);
  CHECK(scheduler.wait().code == 0);
}

TEST_CASE_TEMPLATE("a job that is killed outright is gone on with by exec --resume", Backend,
                   Sqlite, Postgres) {
  const Migrated<Backend> at;
  execute(at.tool.url, {"UPDATE users SET slug = NULL"});
  // As a killed process leaves it: running, its owner not heard from, and a checkpoint.
  execute(at.tool.url,
          {"INSERT INTO cron_runs (id, job, origin, apply, parameters, state, attempt, owner, "
           "owner_name, expires_at, created_at, started_at, checkpoint, counters) VALUES "
           "('00000000-0000-7000-8000-00000000c001', 'backfill-user-slugs', 'exec', 1, '{}', "
           "'running', 1, '00000000-0000-7000-8000-00000000c002', 'gone', "
           "'2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z', "
           "'2026-01-01T00:00:00.000000Z', '00000000-0000-7000-8000-000000000000', "
           "'{\"given\":4,\"processed\":4}')"});
  const auto resumed = at.tool({"exec", "backfill-user-slugs", "--resume", "--json"});
  CAPTURE(resumed.errors);
  CHECK(resumed.status.code == 0);
  CHECK(member(resumed.output, "id") == "00000000-0000-7000-8000-00000000c001");
  CHECK(has(resumed.output, R"("attempt":2)"));
  CHECK(has(resumed.output, R"("counters":{"given":5,"processed":5})"));
}

TEST_CASE("completion, man and config show speak of this program") {
  const Tool tool;
  const auto settings = tool({"config", "show"});
  CHECK(settings.status.code == 0);
  CHECK(has(settings.output, "cron.lease_ttl"));
  CHECK_FALSE(has(settings.output, "server.port"));
  CHECK(has(tool({"completion", "bash"}).output, "step-down"));
  CHECK(has(tool({"man"}).output, R"(.TH NOTES\-CRON 1)"));
  CHECK(tool({"step-up"}).status.code == 1);
  const auto wrong = tool({"explain", "99 * * * *", "--json"});
  CHECK(has(wrong.output, R"({"error":{"code":"usage","exit_code":1,"message":"minute)"));
}

TEST_CASE("run refuses a file with problems, a database that is not there, and a slow renewal") {
  const Tool tool;
  tool.jobs("jobs:\n  tidy: { every: 0s, command: [\"true\"] }\n");
  CHECK(tool({"run"}).status.code == 1);
  tool.jobs(kJobs);
  CHECK(tool({"run", "--database-url", "sqlite:none.db"}).status.code == 3);
  tool.place.write("empty.db", "");
  CHECK(tool({"run", "--database-url", "sqlite:empty.db", "--cron-lease-renewal", "1s"})
            .status.code == 1);
}

}  // namespace
}  // namespace notes::tests
