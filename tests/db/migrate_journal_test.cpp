#include <doctest/doctest.h>

#include "base/error.hpp"
#include "db/migrate_workshop.hpp"
#include "migrate/checksum.hpp"

using namespace notes;
using namespace notes::tests;
using Ids = std::vector<std::string>;

namespace {

std::string outside(std::string_view id, std::string_view parent, std::string_view up) {
  return "-- revision: " + std::string(id) + "\n-- down_revision: " + std::string(parent) +
         "\n-- migrate:up transaction:false\n" + std::string(up) + "\n-- migrate:down\n";
}

constexpr auto kIndexState =
    "SELECT CAST(indisvalid AS TEXT) FROM pg_index WHERE indexrelid = to_regclass('a_x')";

}  // namespace

TEST_CASE_TEMPLATE("a section outside the transaction that fails goes on where it stopped", Backend,
                   Sqlite, Postgres) {
  Workshop<Backend> work;
  const std::string start = "CREATE TABLE a (x INTEGER UNIQUE);\nINSERT INTO a VALUES (1);\n";
  work.folder.write("a1.sql", outside("a1aa", "", start + "INSERT INTO a SELECT x FROM later;"));
  CHECK_THROWS_AS(work.upgrade(), migrate::MigrationFailure);
  CHECK(work.value("SELECT CAST(count(*) AS TEXT) FROM a") == "1");
  CHECK(work.migrator().look().applied().empty());

  execute(work.backend.url(), {"CREATE TABLE later (x INTEGER)", "INSERT INTO later VALUES (2)"});
  CHECK(ids(work.upgrade()) == Ids{"a1aa"});
  CHECK(work.values("SELECT CAST(x AS TEXT) FROM a ORDER BY x") == Ids{"1", "2"});
  CHECK(work.value("SELECT CAST(count(*) AS TEXT) FROM notes_migrate_journal") == "0");
}

TEST_CASE_TEMPLATE("a half-done migration whose statements were edited is not resumed", Backend,
                   Sqlite, Postgres) {
  Workshop<Backend> work;
  work.folder.write(
      "a1.sql",
      outside("a1aa", "", "CREATE TABLE a (x INTEGER);\nINSERT INTO nowhere VALUES (1);"));
  CHECK_THROWS_AS(work.upgrade(), migrate::MigrationFailure);
  work.folder.write("a1.sql",
                    outside("a1aa", "", "CREATE TABLE a (x BIGINT);\nINSERT INTO a VALUES (1);"));
  try {
    work.upgrade();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::altered);
  }
}

TEST_CASE_TEMPLATE("transactional sections around others each commit once", Backend, Sqlite,
                   Postgres) {
  Workshop<Backend> work;
  const std::string head =
      "-- revision: a1aa\n-- migrate:up\nCREATE TABLE a (x INTEGER);\nINSERT INTO a VALUES (1);\n"
      "-- migrate:up transaction:false\nINSERT INTO a VALUES (2);\n-- migrate:up\n";
  work.folder.write("a1.sql",
                    head + "INSERT INTO a VALUES (3);\nINSERT INTO nowhere VALUES (4);\n");
  CHECK_THROWS_AS(work.upgrade(), migrate::MigrationFailure);
  CHECK(work.values("SELECT CAST(x AS TEXT) FROM a ORDER BY x") == Ids{"1", "2"});
  work.folder.write("a1.sql", head + "INSERT INTO a VALUES (3);\n");
  CHECK(ids(work.upgrade()) == Ids{"a1aa"});
  CHECK(work.values("SELECT CAST(x AS TEXT) FROM a ORDER BY x") == Ids{"1", "2", "3"});
}

TEST_CASE("an index that a failed build left invalid is dropped and built again") {
  Workshop<Postgres> work;
  execute(work.backend.url(), {"CREATE TABLE a (x INTEGER)", "INSERT INTO a VALUES (1), (1)"});
  work.folder.write(
      "a1.sql",
      outside("a1aa", "", "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_x ON a (x);"));
  CHECK_THROWS_AS(work.upgrade(), migrate::MigrationFailure);
  CHECK(work.value(kIndexState) == "false");

  execute(work.backend.url(), {"DELETE FROM a", "INSERT INTO a VALUES (1), (2)"});
  CHECK(ids(work.upgrade()) == Ids{"a1aa"});
  CHECK(work.value(kIndexState) == "true");
}

TEST_CASE("an index that was built before the run was killed is not built again") {
  Workshop<Postgres> work;
  const std::string statement = "CREATE INDEX CONCURRENTLY a_x ON a (x)";
  execute(work.backend.url(), {"CREATE TABLE a (x INTEGER)", statement});
  work.folder.write("0.sql", migration("0000", "", ""));
  work.upgrade();
  work.folder.write("a1.sql", outside("a1aa", "0000", statement + ";"));
  execute(work.backend.url(), {"INSERT INTO notes_migrate_journal VALUES ('a1aa', 'up', 0, '" +
                               migrate::sha256(statement) + "', 0, '2026-01-01T00:00:00Z')"});
  CHECK(ids(work.upgrade()) == Ids{"a1aa"});
}

TEST_CASE("a statement that leaves no trace needs the idempotent mark") {
  Workshop<Postgres> work;
  execute(work.backend.url(), {"CREATE TABLE a (x INTEGER)"});
  const std::string statement = "CREATE INDEX CONCURRENTLY ON a (x);";
  work.folder.write("a1.sql", outside("a1aa", "", statement));
  try {
    work.upgrade();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::refused);
    CHECK(std::string(error.what()).find("-- migrate:idempotent") != std::string::npos);
  }
  work.folder.write("a1.sql", outside("a1aa", "", "-- migrate:idempotent\n" + statement));
  CHECK(ids(work.upgrade()) == Ids{"a1aa"});
}

TEST_CASE("an index that was dropped before the run was killed is not dropped again") {
  Workshop<Postgres> work;
  const std::string statement = "DROP INDEX CONCURRENTLY a_x";
  execute(work.backend.url(), {"CREATE TABLE a (x INTEGER)", "CREATE INDEX a_x ON a (x)"});
  work.folder.write("0.sql", migration("0000", "", ""));
  work.upgrade();
  work.folder.write("a1.sql", outside("a1aa", "0000", statement + ";"));
  execute(work.backend.url(), {"INSERT INTO notes_migrate_journal VALUES ('a1aa', 'up', 0, '" +
                                   migrate::sha256(statement) + "', 0, '2026-01-01T00:00:00Z')",
                               "DROP INDEX a_x"});
  CHECK(ids(work.upgrade()) == Ids{"a1aa"});

  // Without the intent in the journal nobody has begun it: the index should have been there.
  work.folder.write("b2.sql", outside("b2bb", "a1aa", statement + ";"));
  CHECK_THROWS_AS(work.upgrade(), migrate::MigrationFailure);
}

TEST_CASE("a partition that is left half detached is detached by the next attempt") {
  Workshop<Postgres> work;
  execute(work.backend.url(), {"CREATE TABLE p (d INTEGER) PARTITION BY RANGE (d)",
                               "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)"});
  work.folder.write("a1.sql",
                    outside("a1aa", "", "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;"));
  work.settings.runner.lock_timeout = std::chrono::milliseconds(100);
  work.settings.runner.lock_retries = 0;
  const auto reader = db::open_session(db::Url::parse(work.backend.url()), {});
  const auto say = [&](std::string_view text) { reader->dialect().execute_raw(*reader, text); };
  const auto attempt = [&] { CHECK_THROWS_AS(work.upgrade(), migrate::MigrationFailure); };
  constexpr auto kPending = "SELECT CAST(inhdetachpending AS TEXT) FROM pg_inherits";

  // The first half commits by itself; the second waits for those who may still read the partition.
  say("BEGIN");
  say("SELECT d FROM p");
  SUBCASE("and the run gives up") {
    attempt();
    CHECK(work.value(kPending) == "true");
    say("ROLLBACK");
  }
  SUBCASE("and the run tries again") {
    work.settings.runner.lock_retries = 1;
    struct Releaser final : migrate::Observer {
      void noted(std::string_view) override {
        session->dialect().execute_raw(*session, "ROLLBACK");
      }
      db::Session* session = nullptr;
    } releaser;
    releaser.session = reader.get();
    auto settings = work.settings;
    settings.directory = work.folder.path();
    migrate::Migrator migrator(db::Url::parse(work.backend.url()), {}, settings, work.clock,
                               releaser);
    CHECK(ids(migrator.upgrade(migrate::parse_revision_spec("head"))) == Ids{"a1aa"});
  }
  work.upgrade();
  CHECK(work.values(kPending).empty());
  CHECK(work.migrator().look().applied().contains("a1aa"));
}

TEST_CASE("what a killed REINDEX CONCURRENTLY left is dropped, and it is run again") {
  Workshop<Postgres> work;
  const std::string create = "CREATE INDEX a_x ON a (x)";
  execute(work.backend.url(), {"CREATE SCHEMA s", "CREATE TABLE a (x INTEGER, y TEXT)", create,
                               "CREATE TABLE b (x INTEGER)", "CREATE INDEX b_x_ccnew ON b (x)",
                               "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = "
                               "to_regclass('b_x_ccnew')"});
  // As the server leaves them when the second phase is cut off, and the last one.
  const auto leave = [&](const std::string& name) {
    execute(
        work.backend.url(),
        {"CREATE INDEX " + name + " ON a (x)",
         "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = to_regclass('" + name + "')"});
  };
  const auto indexes = [&] {
    return work.values(
        "SELECT CAST(c.relname AS TEXT) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE c.relname LIKE '%\\_x%' ORDER BY c.relname");
  };
  work.folder.write("0.sql", migration("0000", "", ""));
  work.upgrade();
  std::string parent = "0000";
  for (const std::string statement :
       {"REINDEX INDEX CONCURRENTLY a_x", "REINDEX TABLE CONCURRENTLY a",
        "REINDEX INDEX CONCURRENTLY public.a_x"}) {
    CAPTURE(statement);
    leave("a_x_ccnew");
    leave("a_x_ccnew1");
    leave("a_x_ccold");
    const auto id = "r" + parent;
    work.folder.write(id + ".sql", outside(id, parent, statement + ";"));
    execute(work.backend.url(),
            {"INSERT INTO notes_migrate_journal VALUES ('" + id + "', 'up', 0, '" +
             migrate::sha256(statement) + "', 0, '2026-01-01T00:00:00Z')"});
    CHECK(ids(work.upgrade()) == Ids{id});
    CHECK(indexes() == Ids{"a_x", "b_x_ccnew"});
    parent = id;
  }
  // Another table's leftover belongs to whoever rebuilds that one.
  const std::string all = "REINDEX SCHEMA CONCURRENTLY public";
  work.folder.write("all.sql", outside("all1", parent, all + ";"));
  execute(work.backend.url(), {"INSERT INTO notes_migrate_journal VALUES ('all1', 'up', 0, '" +
                               migrate::sha256(all) + "', 0, '2026-01-01T00:00:00Z')"});
  work.upgrade();
  CHECK(indexes() == Ids{"a_x"});
}

TEST_CASE("an invalid index beside one that nobody was rebuilding is left alone") {
  Workshop<Postgres> work;
  execute(work.backend.url(), {"CREATE TABLE a (x INTEGER)", "CREATE INDEX a_x ON a (x)",
                               "CREATE INDEX a_x_ccnew ON a (x)",
                               "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = "
                               "to_regclass('a_x_ccnew')"});
  work.folder.write("a1.sql", outside("a1aa", "", "REINDEX INDEX CONCURRENTLY a_x;"));
  CHECK(ids(work.upgrade()) == Ids{"a1aa"});
  CHECK(work.value("SELECT CAST(indisvalid AS TEXT) FROM pg_index WHERE indexrelid = "
                   "to_regclass('a_x_ccnew')") == "false");
}
