#include <doctest/doctest.h>

#include "db/query.hpp"
#include "e2e/process.hpp"
#include "support/database.hpp"

using namespace notes;
using namespace notes::tests;

namespace {

Finished migrate(const std::filesystem::path& folder, const std::string& url,
                 std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--dir", folder.string()});
  return run(built("notes-migrate"), {.arguments = std::move(arguments),
                                      .environment = {{"DATABASE_URL", url}, {"USER", "ops"}},
                                      .directory = folder,
                                      .input = ""});
}

/// As a person would: with the database's own shell, which stops at the first error.
Finished run_dump(const std::string& url, const std::string& dump) {
  const auto parsed = db::Url::parse(url);
  if (parsed.engine() == db::Engine::sqlite) {
    return run("/usr/bin/sqlite3",
               {.arguments = {"-bail", parsed.path()}, .environment = {}, .input = dump});
  }
  return run("/usr/bin/psql", {.arguments = {"-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-o",
                                             "/dev/null", "-d", parsed.conninfo(), "-f", "-"},
                               .environment = {},
                               .input = dump});
}

/// What a dump may stumble over: quotes and CRs in a file, bodies with semicolons and backslash
/// commands, views on views, comments at a statement's end, shadow tables.
void write_folder(const TemporaryDirectory& folder) {
  folder.write("aaaa.sql",
               "-- revision: aaaa\n-- message: it's the first\n-- migrate:up\n"
               "CREATE TABLE b (x INTEGER PRIMARY KEY, y TEXT DEFAULT 'it''s :x \\');\r\n"
               "CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES b (x));\n"
               "CREATE INDEX a_b ON a (b) -- for the reference\n;\n"
               "CREATE VIEW z AS SELECT id FROM a;\nCREATE VIEW m AS SELECT id FROM z;\n"
               "INSERT INTO b (x) VALUES (1);\n"
               "-- migrate:down\nDROP VIEW m;\nDROP VIEW z;\nDROP TABLE a;\nDROP TABLE b;\n");
  folder.write(
      "cccc.sql",
      "-- revision: cccc\n-- down_revision: aaaa\n"
      "-- migrate:up only:postgresql\n"
      "CREATE FUNCTION f () RETURNS trigger LANGUAGE plpgsql AS $$\n"
      "-- Dumped by somebody else\nBEGIN\n\tNEW.y = '\n\\restrict x\nSET y = 1;\n';\n"
      "  RETURN NEW;\nEND $$;\n"
      "CREATE TRIGGER t BEFORE INSERT ON b FOR EACH ROW EXECUTE FUNCTION f();\n"
      "-- migrate:up only:sqlite\n"
      "CREATE TRIGGER t AFTER INSERT ON b BEGIN UPDATE b SET y = 'a;b'; DELETE FROM a; "
      "END;\nCREATE VIRTUAL TABLE words USING fts5 (word);\n"
      "INSERT INTO words VALUES ('one');\n"
      "CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT);\n"
      "-- migrate:down only:postgresql\nDROP TRIGGER t ON b;\nDROP FUNCTION f;\n"
      "-- migrate:down only:sqlite\nDROP TABLE counted;\nDROP TABLE words;\nDROP TRIGGER t;\n");
}

int code(const Finished& finished) { return finished.status.code.value_or(-1); }

std::string value(const std::string& url, const std::string& statement) {
  const auto session = db::open_session(db::Url::parse(url), database_settings(url));
  return db::query(*session, statement).at(0).at(0).value_or("NULL");
}

}  // namespace

TEST_CASE_TEMPLATE("a database made from a dump stands at the same revisions", Backend, Sqlite,
                   Postgres) {
  const Backend source;
  const TemporaryDirectory folder;
  write_folder(folder);
  REQUIRE(code(migrate(folder.path(), source.url(), {"upgrade"})) == 0);
  const auto dump = migrate(folder.path(), source.url(), {"dump"});
  CAPTURE(dump.errors);
  REQUIRE(code(dump) == 0);
  CHECK(migrate(folder.path(), source.url(), {"dump"}).output == dump.output);

  const Backend target;
  const auto made = run_dump(target.url(), dump.output);
  CHECK(made.errors == "");
  CHECK(code(made) == 0);
  CHECK(code(migrate(folder.path(), target.url(), {"current", "--check-heads"})) == 0);
  CHECK(migrate(folder.path(), target.url(), {"current"}).output == "cccc (head)\n");
  CHECK(code(migrate(folder.path(), target.url(), {"status"})) == 0);
  CHECK(migrate(folder.path(), target.url(), {"dump"}).output == dump.output);
  CHECK(value(target.url(), "SELECT CAST(count(*) AS TEXT) FROM b") == "0");

  // The history has come along whole: what was applied can be taken back without its file.
  const TemporaryDirectory empty;
  CHECK(code(migrate(empty.path(), target.url(), {"downgrade", "base"})) == 0);
  CHECK(code(migrate(folder.path(), target.url(), {"upgrade"})) == 0);
}

TEST_CASE_TEMPLATE("neither when nor by whom the migrations were applied is in a dump", Backend,
                   Sqlite, Postgres) {
  const Backend at_once;
  const Backend one_by_one;
  const TemporaryDirectory folder;
  write_folder(folder);
  REQUIRE(code(migrate(folder.path(), at_once.url(), {"upgrade"})) == 0);
  REQUIRE(code(migrate(folder.path(), one_by_one.url(), {"upgrade", "+1"})) == 0);
  REQUIRE(code(migrate(folder.path(), one_by_one.url(), {"upgrade", "+1"})) == 0);
  const auto dump = migrate(folder.path(), at_once.url(), {"dump"}).output;
  CHECK(migrate(folder.path(), one_by_one.url(), {"dump"}).output == dump);
  for (const auto* word : {"ops@", "-- Dumped from", "-- Dumped by pg_dump", "OWNER TO"})
    CHECK(dump.find(word) == std::string::npos);
}

TEST_CASE_TEMPLATE("a dump is written into a file that is whole or not there", Backend, Sqlite,
                   Postgres) {
  const Backend source;
  const TemporaryDirectory folder;
  write_folder(folder);
  REQUIRE(code(migrate(folder.path(), source.url(), {"upgrade"})) == 0);
  const auto printed = migrate(folder.path(), source.url(), {"dump"}).output;
  const auto file = folder.write("schema.dump", "an older one");
  const auto written = migrate(folder.path(), source.url(), {"dump", "--out", file.string()});
  CHECK(written.output == "written to " + file.string() + "\n");
  CHECK(read_file(file) == printed);
  const auto nowhere = migrate(folder.path(), source.url(), {"dump", "--out", "no/such/place"});
  CHECK(code(nowhere) == 7);
  CHECK(nowhere.errors.find("no/such/place: cannot be written") != std::string::npos);
}

TEST_CASE_TEMPLATE("a half-done migration is finished before the schema is dumped", Backend, Sqlite,
                   Postgres) {
  const Backend source;
  const TemporaryDirectory folder;
  folder.write("aaaa.sql",
               "-- revision: aaaa\n-- migrate:up transaction:false\nCREATE TABLE a (x INTEGER);\n"
               "INSERT INTO nowhere VALUES (1);\n");
  REQUIRE(code(migrate(folder.path(), source.url(), {"upgrade"})) == 2);
  const auto refused = migrate(folder.path(), source.url(), {"dump"});
  CHECK(code(refused) == 3);
  CHECK(refused.errors.find("revision aaaa is half done") != std::string::npos);
}

TEST_CASE("a database that is not there is not made by dumping it") {
  const TemporaryDirectory folder;
  const auto file = folder.path() / "none.db";
  CHECK(code(migrate(folder.path(), "sqlite:" + file.string(), {"dump"})) == 7);
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("the history in another schema is found again by the dump's database") {
  const Postgres source;
  const TemporaryDirectory folder;
  write_folder(folder);
  execute(source.url(), {"CREATE SCHEMA ops"});
  REQUIRE(code(migrate(folder.path(), source.url(), {"upgrade", "--table", "ops.history"})) == 0);
  const auto dump = migrate(folder.path(), source.url(), {"dump", "--table", "ops.history"}).output;
  const Postgres target;
  CHECK(code(run_dump(target.url(), dump)) == 0);
  CHECK(code(migrate(folder.path(), target.url(),
                     {"current", "--check-heads", "--table", "ops.history"})) == 0);
}
