#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "db/jobs_fixture.hpp"
#include "jobs/summary.hpp"
#include "transfer/archive.hpp"

namespace notes::tests {
namespace {

using scheduler::Counters;
using Values = std::vector<std::string>;

/// Three notes of the local user: one that lives, one trashed 29 days ago, and two 31 days ago.
constexpr std::array kNotes{
    R"(INSERT INTO notes (id, owner_id, title, body, created_at, updated_at, deleted_at) VALUES
    ('00000000-0000-7000-8000-00000000a001', '00000000-0000-7000-8000-000000000001', 'alive', 'abc',
     '2026-01-02T00:00:00.000000Z', '2026-01-02T00:00:00.000000Z', NULL),
    ('00000000-0000-7000-8000-00000000a002', '00000000-0000-7000-8000-000000000001', 'young', 'b',
     '2026-01-02T00:00:00.000000Z', '2026-10-23T12:00:00.000000Z', '2026-10-23T12:00:00.000000Z'),
    ('00000000-0000-7000-8000-00000000a003', '00000000-0000-7000-8000-000000000001', 'old', 'c',
     '2026-01-02T00:00:00.000000Z', '2026-10-21T12:00:00.000000Z', '2026-10-21T12:00:00.000000Z'),
    ('00000000-0000-7000-8000-00000000a004', '00000000-0000-7000-8000-000000000001', 'older', 'd',
     '2026-01-02T00:00:00.000000Z', '2026-10-20T12:00:00.000000Z', '2026-10-20T12:00:00.000000Z'))"};

constexpr auto kTitles = "SELECT title FROM notes ORDER BY title";

TEST_CASE_TEMPLATE("purge-trash deletes what lay in the trash for longer than older_than", Backend,
                   Sqlite, Postgres) {
  JobsFixture<Backend> at;
  at.execute({kNotes[0]});
  const auto dry = at.run("purge-trash");
  CHECK_FALSE(dry.error.has_value());
  CHECK(dry.counters == Counters{{"processed", 2}, {"would_delete", 2}});
  CHECK(dry.printed("dry run, nothing was changed: processed 2, would_delete 2; 0 errors in "));
  CHECK(at.column(kTitles) == Values{"alive", "old", "older", "young"});

  const auto applied = at.run("purge-trash", {.apply = true, .parameters = {{"chunk", "1"}}});
  CHECK(applied.counters == Counters{{"processed", 2}, {"deleted", 2}});
  CHECK(at.column(kTitles) == Values{"alive", "young"});
  const auto again = at.run("purge-trash", {.apply = true});
  CHECK(again.counters == Counters{{"processed", 0}, {"deleted", 0}});
  CHECK(at.run("purge-trash", {.apply = true, .parameters = {{"older_than", "28d"}}})
            .counters.at("deleted") == 1);
  CHECK(at.column(kTitles) == Values{"alive"});
  CHECK(at.run("purge-trash", {.parameters = {{"older_than", "a month"}}}).error ==
        ErrorCode::usage);
}

TEST_CASE_TEMPLATE("purge-trash that is stopped goes on where it was", Backend, Sqlite, Postgres) {
  JobsFixture<Backend> at;
  at.execute({kNotes[0]});
  const auto stopped =
      at.run("purge-trash", {.apply = true, .parameters = {{"chunk", "1"}}, .stop_after = 1});
  CHECK(stopped.error == ErrorCode::interrupted);
  CHECK(stopped.printed("processed 1, deleted 1; 0 errors"));
  CHECK(at.column(kTitles) == Values{"alive", "old", "young"});  // the oldest went first
  const auto resumed = at.run("purge-trash", {.resume = true});
  CHECK_FALSE(resumed.error.has_value());
  CHECK(resumed.counters == Counters{{"processed", 2}, {"deleted", 2}});
  CHECK(at.column(kTitles) == Values{"alive", "young"});
}

TEST_CASE_TEMPLATE("what purge-trash deletes leaves tombstones, which prune-tombstones forgets",
                   Backend, Sqlite, Postgres) {
  JobsFixture<Backend> at;
  at.execute({kNotes[0]});
  at.run("purge-trash", {.apply = true, .parameters = {{"chunk", "1"}}});
  constexpr auto kTombstones =
      "SELECT CAST(sequence AS TEXT) || ' ' || CAST(note_id AS TEXT) FROM note_tombstones "
      "ORDER BY sequence";
  CHECK(at.column(kTombstones) ==
        Values{"1 00000000-0000-7000-8000-00000000a004", "2 00000000-0000-7000-8000-00000000a003"});

  at.clock.advance(std::chrono::hours(24 * 90));
  CHECK(at.run("prune-tombstones").counters == Counters{{"processed", 0}, {"would_delete", 0}});
  at.clock.advance(std::chrono::seconds(1));
  CHECK(at.run("prune-tombstones").counters == Counters{{"processed", 2}, {"would_delete", 2}});
  CHECK(at.column(kTombstones).size() == 2);
  const auto pruned = at.run("prune-tombstones", {.apply = true, .parameters = {{"chunk", "1"}}});
  CHECK(pruned.counters == Counters{{"processed", 2}, {"deleted", 2}});
  CHECK(at.column(kTombstones).empty());
  CHECK(at.column("SELECT CAST(forgotten_sequence AS TEXT) FROM note_feeds") == Values{"2"});
}

constexpr auto kActive = "SELECT email FROM users WHERE deactivated_at IS NULL ORDER BY email";

TEST_CASE_TEMPLATE("deactivate-inactive-users spares the local user and the last administrator",
                   Backend, Sqlite, Postgres) {
  JobsFixture<Backend> at;
  at.add_user(11, "Gone", "member", "2025-06-01T00:00:00.000000Z");
  at.add_user(12, "Here", "member", "2026-11-01T00:00:00.000000Z");
  at.add_user(13, "Old admin", "admin", "2025-06-01T00:00:00.000000Z");
  at.add_user(14, "Older admin", "admin", "2025-05-01T00:00:00.000000Z");
  at.add_user(15, "Never logged in");
  at.add_user(16, "Works by token");
  at.execute(
      {"INSERT INTO access_tokens (id, user_id, name, token_sha256, scopes, created_at, "
       "last_used_at) VALUES ('00000000-0000-7000-8000-00000000b001', "
       "'00000000-0000-7000-8000-000000000016', 't', 'x', '', "
       "'2026-01-01T00:00:00.000000Z', '2026-11-20T00:00:00.000000Z'), "
       "('00000000-0000-7000-8000-00000000b002', '00000000-0000-7000-8000-000000000011', "
       "'t', 'y', '', '2025-01-01T00:00:00.000000Z', NULL)",
       "INSERT INTO sessions (id, user_id, token_sha256, created_at, last_used_at, "
       "expires_at) VALUES ('00000000-0000-7000-8000-00000000b003', "
       "'00000000-0000-7000-8000-000000000011', 'z', '2025-06-01T00:00:00.000000Z', "
       "'2025-06-01T00:00:00.000000Z', '2027-01-01T00:00:00.000000Z')"});

  const auto dry = at.run("deactivate-inactive-users");
  CHECK(dry.counters == Counters{{"processed", 3}, {"would_deactivate", 3}});
  CHECK(
      dry.printed("would deactivate user11@example.org (last here 2025-06-01T00:00:00.000000Z)\n"
                  "would deactivate user14@example.org (last here 2025-05-01T00:00:00.000000Z)\n"
                  "would deactivate user15@example.org (last here 2025-01-01T00:00:00.000000Z)\n"));
  CHECK(at.column(kActive).size() == 7);

  const auto applied =
      at.run("deactivate-inactive-users", {.apply = true, .parameters = {{"chunk", "2"}}});
  CHECK(applied.counters == Counters{{"processed", 3}, {"deactivated", 3}});
  CHECK(at.column(kActive) == Values{"local@localhost", "user12@example.org", "user13@example.org",
                                     "user16@example.org"});
  CHECK(at.column("SELECT CAST(COUNT(*) AS TEXT) FROM sessions") == Values{"0"});
  CHECK(at.column("SELECT name FROM access_tokens WHERE revoked_at IS NULL").size() == 1);
  CHECK(at.run("deactivate-inactive-users", {.apply = true}).counters ==
        Counters{{"processed", 0}, {"deactivated", 0}});
}

TEST_CASE_TEMPLATE("deactivate-inactive-users that is stopped goes on behind the last one", Backend,
                   Sqlite, Postgres) {
  JobsFixture<Backend> at;
  for (int number = 11; number < 15; ++number) at.add_user(number, "Gone");
  const JobRequest request{.apply = true, .parameters = {{"chunk", "2"}}, .stop_after = 1};
  CHECK(at.run("deactivate-inactive-users", request).error == ErrorCode::interrupted);
  CHECK(at.column(kActive) ==
        Values{"local@localhost", "user13@example.org", "user14@example.org"});
  CHECK(at.run("deactivate-inactive-users", {.resume = true}).counters ==
        Counters{{"processed", 4}, {"deactivated", 4}});
  CHECK(at.column(kActive) == Values{"local@localhost"});
}

constexpr auto kSlugs = "SELECT slug FROM users WHERE email LIKE 'user%' ORDER BY email";

TEST_CASE_TEMPLATE("backfill-user-slugs gives each user one, also when it is stopped in the middle",
                   Backend, Sqlite, Postgres) {
  JobsFixture<Backend> at;
  const Values names{"Ada Lovelace", "김 민수", "Ada Lovelace", "!!!", "ADA  LOVELACE"};
  for (std::size_t i = 0; i < names.size(); ++i) at.add_user(static_cast<int>(i) + 11, names[i]);

  const JobRequest request{.parameters = {{"chunk", "2"}}, .stop_after = 1};
  CHECK(at.run("backfill-user-slugs", request).error == ErrorCode::interrupted);
  CHECK(at.column(kSlugs) == Values{"ada-lovelace", "김-민수", "NULL", "NULL", "NULL"});
  const auto resumed = at.run("backfill-user-slugs", {.resume = true});
  CHECK(resumed.counters == Counters{{"processed", 5}, {"given", 5}});
  const Values expected{"ada-lovelace", "김-민수", "ada-lovelace-000013", "user",
                        "ada-lovelace-000015"};
  CHECK(at.column(kSlugs) == expected);
  CHECK(at.run("backfill-user-slugs").counters == Counters{{"processed", 0}, {"given", 0}});
  CHECK(at.column(kSlugs) == expected);
}

constexpr auto kStats =
    "SELECT CAST(note_count AS TEXT) || ' ' || CAST(body_characters AS TEXT) FROM note_stats "
    "ORDER BY user_id";

TEST_CASE_TEMPLATE("recompute-note-stats counts living notes and their characters", Backend, Sqlite,
                   Postgres) {
  JobsFixture<Backend> at;
  at.execute({kNotes[0]});
  at.add_user(11, "Without notes");
  at.add_user(12, "With one");
  at.execute(
      {"INSERT INTO notes (id, owner_id, title, body, created_at, updated_at) VALUES "
       "('00000000-0000-7000-8000-00000000a005', '00000000-0000-7000-8000-000000000012', "
       "'t', '회의록', '2026-01-02T00:00:00.000000Z', '2026-01-02T00:00:00.000000Z')"});
  const JobRequest request{.parameters = {{"chunk", "2"}}, .stop_after = 1};
  CHECK(at.run("recompute-note-stats", request).error == ErrorCode::interrupted);
  CHECK(at.column(kStats) == Values{"1 3", "0 0"});
  CHECK(at.run("recompute-note-stats", {.resume = true}).counters ==
        Counters{{"processed", 3}, {"changed", 3}});
  CHECK(at.column(kStats) == Values{"1 3", "0 0", "1 3"});

  CHECK(at.run("recompute-note-stats").counters == Counters{{"processed", 3}, {"changed", 0}});
  at.execute({"UPDATE note_stats SET note_count = 7"});
  CHECK(at.run("recompute-note-stats").counters == Counters{{"processed", 3}, {"changed", 3}});
  CHECK(at.column(kStats) == Values{"1 3", "0 0", "1 3"});
}

TEST_CASE_TEMPLATE("consistency-report finds nothing in a fresh database, and names what is broken",
                   Backend, Sqlite, Postgres) {
  JobsFixture<Backend> at;
  at.execute({kNotes[0]});
  at.run("recompute-note-stats");
  const auto clean = at.run("consistency-report", {.parameters = {{"format", "json"}}});
  CHECK_FALSE(clean.error.has_value());
  CHECK(clean.output.starts_with("{\"findings\":[],\"rules\":12}\n"));

  at.add_user(11, "No slug");
  at.execute({"UPDATE note_stats SET note_count = 7",
              "UPDATE notes SET updated_at = '2025-01-01T00:00:00.000000Z' WHERE title = 'alive'"});
  const auto broken = at.run("consistency-report", {.parameters = {{"format", "json"}}});
  CHECK(broken.error == ErrorCode::invalid);
  CHECK(broken.counters == Counters{{"processed", 12}, {"findings", 3}});
  CHECK(broken.output.starts_with(
      R"({"findings":[{"rule":"times_out_of_order","means":"notes changed or trashed before they )"
      R"(were made","count":1,"examples":["00000000-0000-7000-8000-00000000a001"]},)"
      R"({"rule":"users_without_slug","means":"users that have no slug (backfill-user-slugs )"
      R"x(gives one)","count":1,"examples":["00000000-0000-7000-8000-000000000011"]},)x"
      R"({"rule":"note_stats_wrong","means":"users whose counted notes are not those they have )"
      R"x((recompute-note-stats counts anew)","count":1,)x"
      R"("examples":["00000000-0000-7000-8000-000000000001"]}],"rules":12})"));
  const auto table = at.run("consistency-report", {.parameters = {{"format", "table"}}});
  CHECK(table.printed("users_without_slug                  1  users that have no slug"));
  CHECK(at.run("consistency-report", {.parameters = {{"format", "xml"}}}).error ==
        ErrorCode::usage);
}

TEST_CASE("consistency-report finds rows whose owner is gone") {
  JobsFixture<Sqlite> at;
  at.execute({"PRAGMA foreign_keys = OFF", kNotes[0],
              "UPDATE notes SET owner_id = '00000000-0000-7000-8000-000000000099' "
              "WHERE title = 'alive'"});
  const auto found = at.run("consistency-report");
  CHECK(found.error == ErrorCode::invalid);
  CHECK(found.printed(
      R"({"findings":[{"rule":"notes_without_owner","means":"notes whose owner is )"
      R"(not there","count":1,"examples":["00000000-0000-7000-8000-00000000a001"]}])"));
}

TEST_CASE_TEMPLATE("cleanup-expired deletes what has expired, and nothing else", Backend, Sqlite,
                   Postgres) {
  JobsFixture<Backend> at;
  const auto user = JobsFixture<Backend>::user_id(1);
  const auto row = [&](int number, std::string_view rest) {
    return fmt::format("('00000000-0000-7000-8000-{:012}', '{}', 'h{}', {})", number, user, number,
                       rest);
  };
  constexpr auto kPast = "'2026-11-21T11:59:59.000000Z'";
  constexpr auto kFuture = "'2026-11-21T12:00:01.000000Z'";
  at.execute(
      {fmt::format("INSERT INTO sessions (id, user_id, token_sha256, created_at, last_used_at, "
                   "expires_at) VALUES {}, {}",
                   row(1, fmt::format("{0}, {0}, {0}", kPast)),
                   row(2, fmt::format("{0}, {0}, {1}", kPast, kFuture))),
       fmt::format(
           "INSERT INTO access_tokens (id, user_id, token_sha256, name, scopes, created_at, "
           "expires_at, revoked_at) VALUES {}, {}, {}, {}",
           row(1, fmt::format("'expired', '', {0}, {0}, NULL", kPast)),
           row(2, fmt::format("'revoked', '', {0}, NULL, {0}", kPast)),
           row(3, fmt::format("'lasting', '', {0}, NULL, NULL", kPast)),
           row(4, fmt::format("'valid', '', {0}, {1}, NULL", kPast, kFuture))),
       fmt::format("INSERT INTO idempotency_keys (owner_id, idempotency_key, request_sha256, "
                   "created_at, expires_at) VALUES ('{0}', 'a', 'h', {1}, {1}), "
                   "('{0}', 'b', 'h', {1}, {1}), ('{0}', 'c', 'h', {1}, {2})",
                   user, kPast, kFuture)});

  CHECK(at.run("cleanup-expired").counters == Counters{{"processed", 5},
                                                       {"would_delete_sessions", 1},
                                                       {"would_delete_access_tokens", 2},
                                                       {"would_delete_idempotency_keys", 2}});
  CHECK(at.run("cleanup-expired", {.apply = true, .parameters = {{"keep", "1d"}}})
            .counters.at("processed") == 0);
  const JobRequest request{.apply = true, .parameters = {{"chunk", "1"}}, .stop_after = 2};
  CHECK(at.run("cleanup-expired", request).error == ErrorCode::interrupted);
  CHECK(at.run("cleanup-expired", {.resume = true}).counters ==
        Counters{{"processed", 5},
                 {"deleted_sessions", 1},
                 {"deleted_access_tokens", 2},
                 {"deleted_idempotency_keys", 2}});
  CHECK(at.column("SELECT name FROM access_tokens ORDER BY name") == Values{"lasting", "valid"});
  CHECK(at.column("SELECT token_sha256 FROM sessions") == Values{"h2"});
  CHECK(at.column("SELECT idempotency_key FROM idempotency_keys") == Values{"c"});
  CHECK(at.run("cleanup-expired", {.apply = true}).counters.at("processed") == 0);
}

TEST_CASE_TEMPLATE("backup-database writes a backup that can be read, and keeps the newest",
                   Backend, Sqlite, Postgres) {
  JobsFixture<Backend> at;
  const auto folder = at.directory.path() / "a" / "backups";
  at.directory.write("a/backups/other.backup", "not ours");
  const JobRequest request{.parameters = {{"folder", folder.string()}, {"keep", "2"}}};
  for (int day = 0; day < 3; ++day) {
    const auto made = at.run("backup-database", request);
    INFO(made.output);
    CHECK_FALSE(made.error.has_value());
    CHECK(made.counters.at("removed_old") == (day < 2 ? 0 : 1));
    at.clock.advance(std::chrono::hours(24));
  }
  Values files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path().filename().string());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() == 3);
  CHECK(files[0].ends_with("-20261122T120000.000000Z.backup"));
  CHECK(files[1].ends_with("-20261123T120000.000000Z.backup"));
  CHECK(files[2] == "other.backup");
  CHECK(transfer::ArchiveReader(folder / files[1]).manifest().tool_version == "test");
}

TEST_CASE_TEMPLATE("prune-history keeps what each job's retention says", Backend, Sqlite,
                   Postgres) {
  JobsFixture<Backend> at;
  for (int day = 0; day < 4; ++day) {
    at.run("recompute-note-stats");
    at.run("consistency-report", {.parameters = {{"format", "xml"}}});  // fails
    at.clock.advance(std::chrono::hours(24));
  }
  at.retention = {.succeeded_age = std::chrono::hours(24 * 30),
                  .failed_age = std::chrono::hours(60),
                  .succeeded_count = 1,
                  .failed_count = 10};
  constexpr auto kKept =
      "SELECT job || ' ' || CAST(COUNT(*) AS TEXT) FROM cron_runs "
      "WHERE job <> 'prune-history' GROUP BY job ORDER BY job";
  CHECK(at.run("prune-history").counters ==
        Counters{{"processed", 5}, {"would_delete_runs", 5}, {"would_delete_ticks", 0}});
  CHECK(at.column(kKept) == Values{"consistency-report 4", "recompute-note-stats 4"});
  // Failures of 4, 3, 2 and 1 days ago: two are older than 60 hours. Successes: all but one.
  const auto pruned = at.run("prune-history", {.apply = true, .parameters = {{"chunk", "1"}}});
  CHECK(pruned.counters.at("deleted_runs") == 5);
  CHECK(at.column(kKept) == Values{"consistency-report 2", "recompute-note-stats 1"});
  at.run("prune-history", {.apply = true});
  CHECK(at.column(kKept) == Values{"consistency-report 2", "recompute-note-stats 1"});
}

TEST_CASE_TEMPLATE("prune-history lets skipped ticks go, but none in front of the watermark",
                   Backend, Sqlite, Postgres) {
  JobsFixture<Backend> at;
  at.execute(
      {"INSERT INTO cron_jobs (name, schedule, watermark) VALUES "
       "('j', 's', '2026-06-01T00:00:00.000000Z')",
       "INSERT INTO cron_ticks (job, nominal, fold, due_at, decided_at, outcome, reason) VALUES "
       "('j', 'a', 0, '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z', 'skipped', "
       "'paused'), "
       "('j', 'b', 0, '2026-07-01T00:00:00.000000Z', '2026-07-01T00:00:00.000000Z', 'skipped', "
       "'paused')"});
  const auto pruned = at.run("prune-history", {.apply = true});
  CHECK(pruned.counters.at("deleted_ticks") == 1);
  CHECK(at.column("SELECT nominal FROM cron_ticks") == Values{"b"});
}

TEST_CASE_TEMPLATE("index-notes gives terms to notes that have none, also when it is stopped",
                   Backend, Sqlite, Postgres) {
  JobsFixture<Backend> at;
  at.execute({kNotes[0]});
  constexpr auto kIndexed = "SELECT CAST(note_id AS TEXT) FROM note_search ORDER BY note_id";
  const JobRequest request{.parameters = {{"chunk", "2"}}, .stop_after = 1};
  CHECK(at.run("index-notes", request).error == ErrorCode::interrupted);
  CHECK(at.column(kIndexed) ==
        Values{"00000000-0000-7000-8000-00000000a001", "00000000-0000-7000-8000-00000000a002"});
  const auto resumed = at.run("index-notes", {.resume = true});
  CHECK(resumed.counters == Counters{{"processed", 4}, {"changed", 4}});
  CHECK(at.column(kIndexed).size() == 4);
  CHECK(at.run("index-notes").counters == Counters{{"processed", 0}, {"changed", 0}});
  CHECK(at.run("index-notes", {.parameters = {{"notes", "some"}}}).error == ErrorCode::usage);

  // A note that somebody changed behind the service's back.
  at.execute({"UPDATE notes SET body = 'new words' WHERE title = 'alive'"});
  CHECK(at.run("consistency-report").printed("terms_wrong"));
  CHECK(at.run("index-notes").counters == Counters{{"processed", 0}, {"changed", 0}});
  CHECK(at.run("index-notes", {.parameters = {{"notes", "all"}, {"chunk", "3"}}}).counters ==
        Counters{{"processed", 4}, {"changed", 1}});
  CHECK_FALSE(at.run("consistency-report").printed("terms_wrong"));
  at.run("purge-trash", {.apply = true});
  CHECK(at.column(kIndexed).size() == 2);
}

TEST_CASE_TEMPLATE("analyze-database looks at every table, and goes on where it was stopped",
                   Backend, Sqlite, Postgres) {
  JobsFixture<Backend> at;
  at.execute({kNotes[0]});
  const auto whole = at.run("analyze-database");
  CHECK_FALSE(whole.error.has_value());
  CHECK(whole.counters.at("processed") > 10);
  const bool sqlite = Backend::kEngine == db::Engine::sqlite;
  CHECK(at.column(sqlite ? "SELECT DISTINCT tbl FROM sqlite_stat1 WHERE tbl = 'notes'"
                         : "SELECT relname::text FROM pg_class WHERE relname = 'notes' "
                           "AND reltuples = 4") == Values{"notes"});
  CHECK(at.run("analyze-database", {.stop_after = 3}).error == ErrorCode::interrupted);
  CHECK(at.run("analyze-database", {.resume = true}).counters == whole.counters);
}

TEST_CASE("a summary has the counts, the rate of this attempt, the errors and the time") {
  using namespace std::chrono_literals;
  const Counters counters{{"processed", 1200}, {"deleted", 1100}, {"errors", 2}};
  CHECK(jobs::summary_text(counters, 200, 2500ms, jobs::Effect::changes) ==
        "processed 1200, deleted 1100; 2 errors in 2s500ms (400/s)");
  CHECK(jobs::summary_text({}, 0, 0ms, jobs::Effect::counts_only) ==
        "dry run, nothing was changed: processed 0; 0 errors in 0s (0/s)");
}

TEST_CASE("docs/jobs.md has a row for each job, as it is") {
  const JobsFixture<Sqlite> at;
  const auto page = read_file(NOTES_MIGRATIONS_DIR "/../docs/jobs.md");
  for (const auto& job : at.jobs) {
    std::string parameters;
    for (const auto& [name, value, help] : job.parameters) {
      parameters +=
          fmt::format("{}`{}` ({}): {}", parameters.empty() ? "" : "; ", name, value, help);
    }
    const auto row = fmt::format("| `{}` | {} | {} | {} |\n", job.name, job.summary,
                                 job.destructive ? "yes" : "no", parameters);
    CAPTURE(row);
    CHECK(page.find(row) != std::string::npos);
  }
}

TEST_CASE("every job has a summary, a name of its own, and defaults that it takes") {
  JobsFixture<Sqlite> at;
  std::map<std::string, int> names;
  for (const auto& job : at.jobs) {
    CAPTURE(job.name);
    CHECK(++names[job.name] == 1);
    CHECK_FALSE(job.summary.empty());
    if (job.name == "backup-database") continue;  // it would write into the working directory
    CHECK_FALSE(at.run(job.name).error.has_value());
  }
  CHECK(names.size() == 11);
}

}  // namespace
}  // namespace notes::tests
