#include <filesystem>
#include <thread>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "db/migrate_workshop.hpp"

using namespace notes;
using namespace notes::tests;
using namespace std::chrono_literals;

namespace {

template <typename Backend>
std::unique_ptr<migrate::RunLock> take(Workshop<Backend>& work, migrate::LockRequest request) {
  const auto url = db::Url::parse(work.backend.url());
  return migrate::Platform::of(url.engine())
      .lock(url, database_settings(work.backend.url()), work.settings.table, request);
}

}  // namespace

TEST_CASE_TEMPLATE("the run lock has one holder, names it, and is free when it goes", Backend,
                   Sqlite, Postgres) {
  Workshop<Backend> work;
  auto first = take(work, {});
  std::string holder;
  try {
    take(work,
         {.timeout = 0ms, .stop = {}, .waiting = [&](std::string_view who) { holder = who; }});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::locked);
    CHECK(std::string(error.what()).find(holder) != std::string::npos);
  }
  CHECK_FALSE(holder.empty());
  first.reset();
  CHECK(take(work, {}) != nullptr);
}

TEST_CASE_TEMPLATE("who waits gets the lock when the holder is done", Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  auto first = take(work, {});
  const auto second =
      take(work, {.timeout = 60s, .stop = {}, .waiting = [&](std::string_view) { first.reset(); }});
  CHECK(second != nullptr);
}

TEST_CASE_TEMPLATE("a stop request ends the wait", Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  const auto first = take(work, {});
  std::stop_source stop;
  try {
    take(work, {.timeout = 60s, .stop = stop.get_token(), .waiting = [&](std::string_view) {
                  stop.request_stop();
                }});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::interrupted);
  }
}

TEST_CASE_TEMPLATE("one transaction around the whole run keeps all of it or nothing", Backend,
                   Sqlite, Postgres) {
  Workshop<Backend> work;
  const auto together = [&] {
    return work.migrator().upgrade(migrate::parse_revision_spec("head"), migrate::Mode::run,
                                   migrate::Order::any, migrate::Transactions::one);
  };
  work.folder.write("a1.sql", migration("a1aa", "", "CREATE TABLE a (x INTEGER);"));
  work.folder.write("b2.sql", migration("b2bb", "a1aa", "INSERT INTO a VALUES (1);"));
  work.folder.write("c3.sql", migration("c3cc", "b2bb", "INSERT INTO nowhere VALUES (1);"));
  try {
    together();
    FAIL("no error");
  } catch (const migrate::MigrationFailure& failure) {
    CHECK(failure.details().revision == "c3cc");
    CHECK(failure.details().outcome.starts_with("all 3 revisions of the run were rolled back"));
  }
  CHECK(work.migrator().look().applied().empty());
  CHECK(schema_of(work.backend.url()).empty());

  const std::string outside = "-- revision: c3cc\n-- down_revision: b2bb\n-- migrate:up ";
  work.folder.write("c3.sql", outside + "transaction:false\nINSERT INTO a VALUES (2);\n");
  try {
    together();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::refused);
    CHECK(std::string(error.what()).find("c3.sql:4:1 runs outside") != std::string::npos);
  }
  CHECK(schema_of(work.backend.url()).empty());

  work.folder.write("c3.sql", outside + "\nINSERT INTO a VALUES (2);\n");
  CHECK(ids(together()) == std::vector<std::string>{"a1aa", "b2bb", "c3cc"});
  CHECK(work.values("SELECT CAST(x AS TEXT) FROM a ORDER BY x") ==
        std::vector<std::string>{"1", "2"});
}

TEST_CASE_TEMPLATE("a table that somebody holds makes the migration give up, not everybody wait",
                   Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  work.folder.write("a1.sql", migration("a1aa", "", "CREATE TABLE a (x INTEGER);"));
  work.folder.write("b2.sql", migration("b2bb", "a1aa", "ALTER TABLE a ADD COLUMN y INTEGER;"));
  work.upgrade("a1aa");
  work.settings.runner.lock_timeout = 20ms;
  work.settings.runner.lock_retries = 2;
  auto settings = database_settings(work.backend.url());
  settings.busy_timeout = 20ms;
  const auto url = db::Url::parse(work.backend.url());
  const auto other = db::open_session(url, settings);
  other->dialect().execute_raw(*other, other->dialect().begin_write());
  other->dialect().execute_raw(*other, "INSERT INTO a VALUES (1)");
  migrate::MigratorSettings used = work.settings;
  used.directory = work.folder.path();
  migrate::Migrator migrator(url, settings, used, work.clock, work.observer);
  try {
    migrator.upgrade(migrate::parse_revision_spec("head"));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::locked);
  }
  CHECK(work.observer.notes.size() == 2);
  other->dialect().execute_raw(*other, "ROLLBACK");
  CHECK(ids(migrator.upgrade(migrate::parse_revision_spec("head"))) ==
        std::vector<std::string>{"b2bb"});
}

namespace {

/// Takes the lock away from its holder, and gives it to nobody.
void take_away(const Sqlite& backend) {
  std::filesystem::remove(db::Url::parse(backend.url()).path() + ".migrate-lock");
}

void take_away(const Postgres& backend) {
  execute(backend.url(), {"SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = "
                          "'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = "
                          "current_database())"});
}

/// Loses the run's lock before the statement that changes a table is committed.
template <typename Backend>
struct Thief final : migrate::Observer {
  explicit Thief(const Backend& where) : backend(where) {}
  void statement_finished(const migrate::StepView& step, const sql::Statement&) override {
    if (step.migration.revision == "b2bb") take_away(backend);
  }
  const Backend& backend;
};

}  // namespace

TEST_CASE_TEMPLATE("a run that has lost its lock does not commit", Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  work.folder.write("a1.sql", migration("a1aa", "", "CREATE TABLE a (x INTEGER);"));
  work.upgrade();
  work.folder.write("b2.sql", migration("b2bb", "a1aa", "INSERT INTO a VALUES (1);"));
  Thief<Backend> thief(work.backend);
  auto settings = work.settings;
  settings.directory = work.folder.path();
  migrate::Migrator migrator(db::Url::parse(work.backend.url()),
                             database_settings(work.backend.url()), settings, work.clock, thief);
  try {
    migrator.upgrade(migrate::parse_revision_spec("head"));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::locked);
    CHECK(std::string(error.what()).find("another") != std::string::npos);
  }
  CHECK(work.value("SELECT CAST(count(*) AS TEXT) FROM a") == "0");
  CHECK(ids(work.upgrade()) == std::vector<std::string>{"b2bb"});
  CHECK(work.value("SELECT CAST(count(*) AS TEXT) FROM a") == "1");
}

TEST_CASE_TEMPLATE("a lock that is held is confirmed, and one that was lost is not", Backend,
                   Sqlite, Postgres) {
  Workshop<Backend> work;
  const auto session =
      db::open_session(db::Url::parse(work.backend.url()), database_settings(work.backend.url()));
  const auto lock = take(work, {});
  lock->confirm(*session);
  take_away(work.backend);
  try {
    lock->confirm(*session);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::locked);
  }
}

TEST_CASE("a file lock that was lost leaves the next holder's alone") {
  Workshop<Sqlite> work;
  auto first = take(work, {});
  take_away(work.backend);
  const auto second = take(work, {});
  first.reset();
  try {
    take(work, {});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::locked);
  }
}
