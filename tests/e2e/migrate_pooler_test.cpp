#include <csignal>
#include <memory>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/error.hpp"
#include "db/query.hpp"
#include "e2e/pooler.hpp"
#include "e2e/process.hpp"
#include "migrate/platform.hpp"
#include "support/database.hpp"

using namespace notes;
using namespace notes::tests;

namespace {

const ExitStatus kSuccess{.code = 0, .signal = std::nullopt};

std::unique_ptr<Process> start_run(const TemporaryDirectory& folder, const std::string& url,
                                   std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--dir", folder.path().string(), "--verbose"});
  return std::make_unique<Process>(built("notes-migrate"),
                                   ProcessOptions{.arguments = std::move(arguments),
                                                  .environment = {{"DATABASE_URL", url}},
                                                  .directory = folder.path(),
                                                  .input = ""});
}

std::string value(const std::string& url, const std::string& statement) {
  const auto session = db::open_session(db::Url::parse(url), database_settings(url));
  return db::query(*session, statement).at(0).at(0).value_or("");
}

void write(const TemporaryDirectory& folder, std::string_view id, std::string_view parent,
           std::string_view up) {
  folder.write(fmt::format("{}.sql", id), fmt::format("-- revision: {}\n-- down_revision: {}\n{}\n"
                                                      "-- migrate:down\n",
                                                      id, parent, up));
}

constexpr auto kEvents = "SELECT CAST(count(*) AS TEXT) FROM notes_migrate_events";

/// A second run waits beside CREATE INDEX CONCURRENTLY, which itself waits for a transaction that
/// has written into the table: the waiting run must hold nothing that the index waits for.
void index_beside_a_waiting_run(const std::string& database, const std::string& way) {
  const TemporaryDirectory folder;
  execute(database, {"CREATE TABLE a (x INTEGER)"});
  write(folder, "ffff", "", "-- migrate:up\nCREATE INDEX CONCURRENTLY a_x ON a (x);");
  const auto writer = db::open_session(db::Url::parse(database), database_settings(database));
  writer->dialect().execute_raw(*writer, "BEGIN");
  writer->dialect().execute_raw(*writer, "INSERT INTO a VALUES (1)");
  const std::vector<std::string> upgrade{"upgrade", "--table-lock-timeout", "60s"};
  const auto first = start_run(folder, way, upgrade);
  first->wait_for_line(Stream::errors, "CREATE INDEX CONCURRENTLY");
  const auto second = start_run(folder, way, upgrade);
  second->wait_for_line(Stream::errors, "waiting for another run to end");
  writer->dialect().execute_raw(*writer, "COMMIT");
  CHECK(first->wait() == kSuccess);
  CHECK(second->wait() == kSuccess);
  CHECK(value(database,
              "SELECT CAST(indisvalid AS TEXT) FROM pg_index WHERE indexrelid = "
              "to_regclass('a_x')") == "true");
  CHECK(value(database, kEvents) == "1");
}

}  // namespace

TEST_CASE("runs through a transaction pooler and beside it run each revision once") {
  const Postgres backend;
  const Pooler pooler(backend.url());
  const TemporaryDirectory folder;
  std::string parent;
  for (int number = 1; number <= 12; ++number) {
    const auto id = fmt::format("r{:03}", number);
    write(folder, id, parent, fmt::format("-- migrate:up\nCREATE TABLE t{} (x INTEGER);", number));
    parent = id;
  }
  std::vector<std::unique_ptr<Process>> runs;
  for (const auto& url : {pooler.url(), backend.url(), pooler.url(), backend.url()})
    runs.push_back(start_run(folder, url, {"upgrade"}));
  for (const auto& run : runs) {
    const auto status = run->wait();
    CAPTURE(run->errors());
    CHECK(status == kSuccess);
  }
  CHECK(value(backend.url(), kEvents) == "12");
}

TEST_CASE("a live run behind a transaction pooler is waited for, not ended") {
  const Postgres backend;
  const Pooler pooler(backend.url());
  for (const auto& [first_url, second_url] :
       {std::pair(pooler.url(), pooler.url()), std::pair(pooler.url(), backend.url()),
        std::pair(backend.url(), pooler.url())}) {
    const TemporaryDirectory folder;
    execute(backend.url(), {"DROP SCHEMA public CASCADE", "CREATE SCHEMA public",
                            "CREATE TABLE gate (x INTEGER)"});
    write(folder, "ffff", "", "-- migrate:up\nCREATE TABLE a (x INTEGER);\nLOCK TABLE gate;");
    const auto gate =
        db::open_session(db::Url::parse(backend.url()), database_settings(backend.url()));
    gate->dialect().execute_raw(*gate, "BEGIN");
    gate->dialect().execute_raw(*gate, "LOCK TABLE gate");
    const auto first = start_run(folder, first_url, {"upgrade", "--table-lock-timeout", "60s"});
    first->wait_for_line(Stream::errors, "LOCK TABLE gate");
    const auto second = start_run(folder, second_url, {"upgrade"});
    const auto waiting = second->wait_for_line(Stream::errors, "waiting for another run to end");
    if (first_url == pooler.url())
      CHECK(waiting.find("through a connection pooler") != std::string::npos);
    gate->dialect().execute_raw(*gate, "COMMIT");
    CHECK(first->wait() == kSuccess);
    CHECK(second->wait() == kSuccess);
    CHECK(value(backend.url(), kEvents) == "1");
  }
}

TEST_CASE("what a killed run left behind a pooler is ended when its lease is over") {
  const Postgres backend;
  const Pooler pooler(backend.url());
  const TemporaryDirectory folder;
  write(folder, "ffff", "", "-- migrate:up\nCREATE TABLE a (x INTEGER);\nSELECT pg_sleep(600);");
  const auto killed = start_run(folder, pooler.url(), {"upgrade"});
  killed->wait_for_line(Stream::errors, "pg_sleep");
  killed->signal(SIGKILL);
  killed->wait();
  write(folder, "ffff", "", "-- migrate:up\nCREATE TABLE a (x INTEGER);");
  const auto next = start_run(folder, pooler.url(), {"upgrade"});
  CHECK(next->wait() == kSuccess);
  CHECK(next->errors().find("waiting for another run to end") != std::string::npos);
  CHECK(value(backend.url(),
              "SELECT CAST(count(*) AS TEXT) FROM pg_stat_activity WHERE query LIKE "
              "'SELECT pg_sleep%'") == "0");
  CHECK(value(backend.url(), kEvents) == "1");
}

TEST_CASE("an index that is built concurrently does not wait for the run that waits for it") {
  const Postgres backend;
  index_beside_a_waiting_run(backend.url(), backend.url());
}

TEST_CASE("nor does it behind a transaction pooler") {
  const Postgres backend;
  const Pooler pooler(backend.url());
  index_beside_a_waiting_run(backend.url(), pooler.url());
}

TEST_CASE("a lease that another run has taken is not confirmed") {
  const Postgres backend;
  const Pooler pooler(backend.url());
  const auto url = db::Url::parse(pooler.url() + "?prepared_statements=false");
  const auto settings = database_settings(pooler.url());
  const auto lock = migrate::Platform::of(db::Engine::postgresql)
                        .lock(url, settings, migrate::TableName("notes_migrate"), {});
  CHECK_FALSE(lock->sessions_hold());
  const auto session = db::open_session(url, settings);
  lock->confirm(*session);
  execute(backend.url(), {"UPDATE notes_migrate_state SET epoch = epoch + 1"});
  try {
    lock->confirm(*session);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::locked);
  }
}

namespace {

/// A run that is stopped in the middle of a migration for so long that another has taken over, and
/// then goes on.
void wake_up_late(const std::string& database, const std::string& way, std::string_view take_over) {
  const TemporaryDirectory folder;
  execute(database, {"CREATE TABLE a (x INTEGER)", "CREATE TABLE gate (x INTEGER)"});
  write(folder, "ffff", "", "-- migrate:up\nINSERT INTO a VALUES (1);\nLOCK TABLE gate;");
  const auto gate = db::open_session(db::Url::parse(database), database_settings(database));
  gate->dialect().execute_raw(*gate, "BEGIN");
  gate->dialect().execute_raw(*gate, "LOCK TABLE gate");
  const std::vector<std::string> upgrade{"upgrade", "--table-lock-timeout", "60s"};
  const auto sleeper = start_run(folder, way, upgrade);
  sleeper->wait_for_line(Stream::errors, "LOCK TABLE gate");
  sleeper->signal(SIGSTOP);
  gate->dialect().execute_raw(*gate, "COMMIT");
  if (!take_over.empty()) execute(database, {take_over});
  const auto other = start_run(folder, way, upgrade);
  CHECK(other->wait() == kSuccess);
  sleeper->signal(SIGCONT);
  const auto status = sleeper->wait();
  CAPTURE(sleeper->errors());
  // Its session was ended by the other run, or its lock was gone.
  CHECK((status.code == 7 || status.code == 6));
  CHECK(value(database, "SELECT CAST(count(*) AS TEXT) FROM a") == "1");
  CHECK(value(database, kEvents) == "1");
}

}  // namespace

TEST_CASE("a run that was stopped past its lease and goes on commits nothing") {
  const Postgres backend;
  const Pooler pooler(backend.url());
  wake_up_late(backend.url(), pooler.url(), "");
}

TEST_CASE("nor does one whose lock's session the server has ended") {
  const Postgres backend;
  wake_up_late(backend.url(), backend.url(),
               "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' "
               "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
}

TEST_CASE("behind a pooler a statement outside the transaction gives up a lock in time, too") {
  const Postgres backend;
  const Pooler pooler(backend.url());
  const TemporaryDirectory folder;
  execute(backend.url(), {"CREATE TABLE a (x INTEGER)"});
  write(folder, "ffff", "", "-- migrate:up\nCREATE INDEX CONCURRENTLY a_x ON a (x);");
  const auto writer =
      db::open_session(db::Url::parse(backend.url()), database_settings(backend.url()));
  writer->dialect().execute_raw(*writer, "BEGIN");
  writer->dialect().execute_raw(*writer, "INSERT INTO a VALUES (1)");
  const auto upgrade =
      start_run(folder, pooler.url(), {"upgrade", "--table-lock-timeout", "500ms"});
  const auto note = upgrade->wait_for_line(Stream::errors, "trying again (1 of 5)");
  CHECK(note.find("cancelled: it waited for a lock for 500ms; blocked by PostgreSQL session ") !=
        std::string::npos);
  writer->dialect().execute_raw(*writer, "COMMIT");
  CHECK(upgrade->wait() == kSuccess);
  CHECK(value(backend.url(),
              "SELECT CAST(indisvalid AS TEXT) FROM pg_index WHERE indexrelid = "
              "to_regclass('a_x')") == "true");
}
