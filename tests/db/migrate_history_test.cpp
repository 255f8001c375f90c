#include <algorithm>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "db/migrate_workshop.hpp"
#include "migrate/checksum.hpp"

using namespace notes;
using namespace notes::tests;
using Ids = std::vector<std::string>;

TEST_CASE_TEMPLATE("the history keeps the file, its checksums, who, when and with what", Backend,
                   Sqlite, Postgres) {
  Workshop<Backend> work;
  const std::string text =
      migration("a1aa", "", "CREATE TABLE a (x INTEGER); -- für ':x'", "DROP TABLE a;");
  work.folder.write("a1.sql", text);
  work.upgrade();

  const auto session =
      db::open_session(db::Url::parse(work.backend.url()), database_settings(work.backend.url()));
  const migrate::History history(*session, work.settings.table, {}, work.clock);
  const auto rows = history.applied();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].revision == "a1aa");
  CHECK(rows[0].checksum == migrate::sha256(text));
  CHECK(rows[0].token_checksum.size() == 64);
  CHECK(rows[0].applied_by == "tester@here");
  CHECK(rows[0].tool_version == "1.2.3");
  CHECK(work.clock.now() - rows[0].applied_at < std::chrono::minutes(10));
  CHECK(history.source("a1aa") == text);
}

TEST_CASE_TEMPLATE("the events only grow", Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  work.folder.write("a1.sql",
                    migration("a1aa", "", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;"));
  work.upgrade();
  work.downgrade("base");
  work.migrator().stamp(migrate::parse_revision_spec("head"), migrate::Migrator::Purge::no);
  CHECK(work.values("SELECT CAST(kind AS TEXT) FROM notes_migrate_events ORDER BY id") ==
        Ids{"upgrade", "downgrade", "stamp"});
}

TEST_CASE_TEMPLATE("a revision without its file is taken back with the SQL that was kept", Backend,
                   Sqlite, Postgres) {
  Workshop<Backend> work;
  work.folder.write("a1.sql",
                    migration("a1aa", "", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;"));
  const auto newer = work.folder.write(
      "b2.sql", migration("b2bb", "a1aa", "CREATE TABLE b (x INTEGER);", "DROP TABLE b;"));
  work.upgrade();
  std::filesystem::remove(newer);

  CHECK(work.upgrade().steps.empty());
  CHECK(work.migrator().look().in(migrate::State::missing).size() == 1);
  const auto report = work.downgrade("-1");
  CHECK(ids(report) == Ids{"b2bb"});
  CHECK(report.steps[0].from_history);
  CHECK(std::any_of(work.observer.notes.begin(), work.observer.notes.end(),
                    [](const std::string& note) {
                      return note.find("revision b2bb has no file here") != std::string::npos;
                    }));
  CHECK_THROWS_AS(work.values("SELECT CAST(x AS TEXT) FROM b"), Error);
}

TEST_CASE_TEMPLATE("kept SQL that somebody has edited is not run", Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  const auto path = work.folder.write(
      "a1.sql", migration("a1aa", "", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;"));
  work.upgrade();
  std::filesystem::remove(path);
  execute(work.backend.url(), {"UPDATE notes_migrate SET source = source || ' DROP TABLE b;'"});
  try {
    work.downgrade("base");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::inconsistent);
  }
  CHECK(work.value("SELECT CAST(count(*) AS TEXT) FROM a") == "0");
}

TEST_CASE_TEMPLATE(
    "an applied file whose SQL changed stops the upgrade with a diff, a comment does not", Backend,
    Sqlite, Postgres) {
  Workshop<Backend> work;
  const auto original = migration("a1aa", "", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;");
  work.folder.write("a1.sql", original);
  work.upgrade();
  work.folder.write("b2.sql", migration("b2bb", "a1aa", "CREATE TABLE b (x INTEGER);"));

  work.folder.write("a1.sql", migration("a1aa", "", "CREATE TABLE a (x BIGINT);", "DROP TABLE a;"));
  try {
    work.upgrade();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::altered);
    const std::string message = error.what();
    CHECK(
        message.find(
            "  @@ line 4 @@\n  - CREATE TABLE a (x INTEGER);\n  + CREATE TABLE a (x BIGINT);\n") !=
        std::string::npos);
  }
  CHECK(work.migrator().look().applied().size() == 1);
  const auto differences = work.migrator().differences();
  REQUIRE(differences.size() == 1);
  CHECK(differences[0].revision == "a1aa");
  CHECK(differences[0].path == work.folder.path() / "a1.sql");
  CHECK(differences[0].diff.find("- CREATE TABLE a (x INTEGER);") != std::string::npos);

  work.folder.write(
      "a1.sql",
      migration("a1aa", "", "-- the first table\nCREATE  TABLE a (x INTEGER);", "DROP TABLE a;"));
  CHECK(ids(work.upgrade()) == Ids{"b2bb"});
  CHECK(std::any_of(work.observer.notes.begin(), work.observer.notes.end(),
                    [](const std::string& note) {
                      return note.find("comments or white space have changed") != std::string::npos;
                    }));
}

TEST_CASE_TEMPLATE("stamp writes the history and runs nothing", Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  work.folder.write("a1.sql",
                    migration("a1aa", "", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;"));
  work.folder.write("b2.sql",
                    migration("b2bb", "a1aa", "CREATE TABLE b (x INTEGER);", "DROP TABLE b;"));
  const auto stamp = [&](const char* target,
                         migrate::Migrator::Purge purge = migrate::Migrator::Purge::no) {
    work.migrator().stamp(migrate::parse_revision_spec(target), purge);
    return work.values("SELECT CAST(revision AS TEXT) FROM notes_migrate ORDER BY revision");
  };
  CHECK(stamp("head") == Ids{"a1aa", "b2bb"});
  CHECK(stamp("a1aa") == Ids{"a1aa"});
  CHECK(stamp("base") == Ids{});
  CHECK(schema_of(work.backend.url()).empty());
  stamp("head");
  std::filesystem::remove(work.folder.path() / "b2.sql");
  CHECK(stamp("a1aa", migrate::Migrator::Purge::yes) == Ids{"a1aa"});
}

TEST_CASE_TEMPLATE("another table name keeps another history", Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  work.folder.write("a1.sql", migration("a1aa", "", "CREATE TABLE a (x INTEGER);"));
  work.settings.table = migrate::TableName("other");
  work.upgrade();
  CHECK(work.values("SELECT CAST(revision AS TEXT) FROM other") == Ids{"a1aa"});
  work.settings.table = migrate::TableName("notes_migrate");
  CHECK(work.migrator().look().applied().empty());
}

TEST_CASE_TEMPLATE("tables of a newer format are left alone", Backend, Sqlite, Postgres) {
  Workshop<Backend> work;
  work.folder.write("a1.sql", migration("a1aa", "", "CREATE TABLE a (x INTEGER);"));
  work.upgrade();
  execute(work.backend.url(), {"UPDATE notes_migrate_state SET format = 99"});
  try {
    work.upgrade();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(std::string(error.what()).find("has format 99") != std::string::npos);
  }
}
