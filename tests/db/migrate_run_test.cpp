#include <fstream>
#include <set>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "db/migrate_workshop.hpp"

using namespace notes;
using namespace notes::tests;
using Ids = std::vector<std::string>;

namespace {

constexpr auto kCountEvents = "SELECT CAST(count(*) AS TEXT) FROM notes_migrate_events";

}  // namespace

TEST_CASE_TEMPLATE("the project's own migrations go up, down and up again to the same schema",
                   Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  auto migrator = work.migrator(NOTES_MIGRATIONS_DIR);
  const auto empty = schema_of(work.backend.url());

  const auto first = migrator.upgrade(migrate::parse_revision_spec("head"));
  const auto full = schema_of(work.backend.url());
  REQUIRE(first.steps.size() >= 3);
  CHECK(full.size() > empty.size());

  // One by one, so that each down is held against the up before it.
  for (std::size_t left = first.steps.size(); left > 0; --left) {
    CHECK(migrator.downgrade(migrate::parse_revision_spec("-1")).steps.size() == 1);
    const auto before = schema_of(work.backend.url());
    CHECK(migrator.upgrade(migrate::parse_revision_spec("+1")).steps.size() == 1);
    CHECK(migrator.downgrade(migrate::parse_revision_spec("-1")).steps.size() == 1);
    CHECK(schema_of(work.backend.url()) == before);
  }
  CHECK(schema_of(work.backend.url()) == empty);
  CHECK(ids(migrator.upgrade(migrate::parse_revision_spec("head"))) == ids(first));
  CHECK(schema_of(work.backend.url()) == full);
}

TEST_CASE_TEMPLATE("a migration that fails in its third statement leaves nothing and says where",
                   Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  work.folder.write("a1.sql", migration("a1aa", "", "CREATE TABLE a (x INTEGER);"));
  const auto path =
      work.folder.write("b2.sql", migration("b2bb", "a1aa",
                                            "CREATE TABLE b (x INTEGER);\nINSERT INTO a VALUES "
                                            "(1);\n  INSERT INTO nowhere VALUES (1);"));

  try {
    work.upgrade();
    FAIL("no error");
  } catch (const migrate::MigrationFailure& failure) {
    CHECK(failure.code() == ErrorCode::statement_failed);
    CHECK(failure.details().revision == "b2bb");
    CHECK(failure.details().file == path.string());
    CHECK(failure.details().position.line == 6);
    CHECK(failure.details().statement == "INSERT INTO nowhere VALUES (1)");
    CHECK_FALSE(failure.details().state.empty());
    CHECK(std::string(failure.what()).starts_with(path.string() + ":6:"));
    CHECK(std::string(failure.what()).find("rolled back as a whole") != std::string::npos);
  }
  CHECK(work.values("SELECT CAST(revision AS TEXT) FROM notes_migrate") == Ids{"a1aa"});
  CHECK(work.value("SELECT CAST(count(*) AS TEXT) FROM a") == "0");
  CHECK_THROWS_AS(work.values("SELECT CAST(x AS TEXT) FROM b"), Error);
  CHECK(work.values("SELECT CAST(kind AS TEXT) FROM notes_migrate_events ORDER BY id") ==
        Ids{"upgrade", "failure"});
}

TEST_CASE_TEMPLATE("a dry run reports the plan and changes nothing", Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  work.folder.write("a1.sql",
                    migration("a1aa", "", "CREATE TABLE a (x INTEGER); CREATE TABLE b (x INTEGER);",
                              "DROP TABLE a;"));

  const auto report =
      work.migrator().upgrade(migrate::parse_revision_spec("head"), migrate::Mode::rehearse);
  CHECK(ids(report) == Ids{"a1aa"});
  CHECK(report.steps[0].statements == 2);
  CHECK(schema_of(work.backend.url()).empty());
  CHECK(work.migrator().look().applied().empty());

  work.upgrade();
  const auto events = work.value(kCountEvents);
  CHECK(ids(work.migrator().downgrade(migrate::parse_revision_spec("base"),
                                      migrate::Mode::rehearse)) == Ids{"a1aa"});
  CHECK(work.value(kCountEvents) == events);
  CHECK(work.migrator().look().applied().size() == 1);
}

TEST_CASE("looking at a SQLite database that is not there does not make it") {
  Workshop<Sqlite> work;
  work.folder.write("a1.sql", migration("a1aa", "", "CREATE TABLE a (x INTEGER);"));
  const auto path = db::Url::parse(work.backend.url()).path();
  std::filesystem::remove(path);
  CHECK(work.migrator().look().in(migrate::State::pending).size() == 1);
  CHECK(work.migrator()
            .upgrade(migrate::parse_revision_spec("head"), migrate::Mode::rehearse)
            .steps.size() == 1);
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE_TEMPLATE("a dbmate folder works as it is", Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  work.folder.write(
      "20260101000000_create_a.sql",
      "-- migrate:up\nCREATE TABLE a (x INTEGER);\n\n-- migrate:down\nDROP TABLE a;\n");
  work.folder.write(
      "20260103000000_fill_a.sql",
      "-- migrate:up\nINSERT INTO a VALUES (3);\n\n-- migrate:down\nDELETE FROM a;\n");
  CHECK(ids(work.upgrade()) == Ids{"20260101000000", "20260103000000"});

  work.folder.write(
      "20260102000000_late.sql",
      "-- migrate:up transaction:false\nINSERT INTO a VALUES (2);\n\n-- migrate:down\n");
  CHECK(ids(work.upgrade()) == Ids{"20260102000000"});
  CHECK(work.values("SELECT CAST(x AS TEXT) FROM a ORDER BY x") == Ids{"2", "3"});
  CHECK(ids(work.downgrade("20260101")) == Ids{"20260103000000", "20260102000000"});
}

TEST_CASE_TEMPLATE("strict order refuses what was merged late, before anything runs", Backend,
                   Sqlite, Postgres) {
  Workshop<Backend> work;
  work.folder.write("a1.sql", migration("a1aa", "", "CREATE TABLE a (x INTEGER);"));
  work.folder.write("b2.sql", migration("b2bb", "a1aa", "CREATE TABLE b (x INTEGER);"));
  work.upgrade();
  work.folder.write("c3.sql", migration("c3cc", "a1aa", "CREATE TABLE c (x INTEGER);"));
  work.folder.write("d4.sql", "-- revision: d4dd\n-- down_revision: b2bb, c3cc\n-- migrate:up\n");

  try {
    work.migrator().upgrade(migrate::parse_revision_spec("head"), migrate::Mode::run,
                            migrate::Order::strict);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::refused);
    CHECK(std::string(error.what()).starts_with("--strict-order: c3cc would be applied"));
  }
  CHECK(work.migrator().look().applied().size() == 2);
  CHECK(ids(work.upgrade()) == Ids{"c3cc", "d4dd"});
}

TEST_CASE_TEMPLATE("a migration without a way back is refused before any other is taken back",
                   Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  work.folder.write("a1.sql", "-- revision: a1aa\n-- migrate:up\nCREATE TABLE a (x INTEGER);\n");
  work.folder.write("b2.sql",
                    migration("b2bb", "a1aa", "CREATE TABLE b (x INTEGER);", "DROP TABLE b;"));
  work.upgrade();
  try {
    work.downgrade("base");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::refused);
  }
  CHECK(work.migrator().look().applied().size() == 2);
}

TEST_CASE("a stop request ends a running PostgreSQL statement, rolls back and can be resumed") {
  Workshop<Postgres> work;
  work.folder.write("a1.sql",
                    migration("a1aa", "", "CREATE TABLE a (x INTEGER);\nSELECT pg_sleep(600);"));
  std::stop_source stop;
  work.settings.stop = stop.get_token();
  struct Stopper final : migrate::Observer {
    void statement_started(const migrate::StepView&, const sql::Statement& statement) override {
      if (statement.text.starts_with("SELECT pg_sleep")) source.request_stop();
    }
    std::stop_source source;
  } stopper;
  stopper.source = stop;
  migrate::MigratorSettings settings = work.settings;
  settings.directory = work.folder.path();
  migrate::Migrator migrator(db::Url::parse(work.backend.url()),
                             database_settings(work.backend.url()), settings, work.clock, stopper);
  try {
    migrator.upgrade(migrate::parse_revision_spec("head"));
    FAIL("no error");
  } catch (const migrate::MigrationFailure& failure) {
    CHECK(failure.code() == ErrorCode::interrupted);
  }
  work.settings.stop = {};
  CHECK(schema_of(work.backend.url()).empty());
  work.folder.write("a1.sql", migration("a1aa", "", "CREATE TABLE a (x INTEGER);"));
  CHECK(ids(work.upgrade()) == Ids{"a1aa"});
}
