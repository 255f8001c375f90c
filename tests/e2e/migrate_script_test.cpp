#include <doctest/doctest.h>

#include "db/query.hpp"
#include "e2e/process.hpp"
#include "support/database.hpp"

using namespace notes;
using namespace notes::tests;

namespace {

Finished migrate(const TemporaryDirectory& folder, const std::string& url,
                 std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--dir", folder.path().string()});
  return run(built("notes-migrate"), {.arguments = std::move(arguments),
                                      .environment = {{"DATABASE_URL", url}, {"USER", "ops"}},
                                      .directory = folder.path(),
                                      .input = ""});
}

/// Runs a script as a person would: with the database's own shell.
Finished run_script(const std::string& url, const std::string& script) {
  const auto parsed = db::Url::parse(url);
  if (parsed.engine() == db::Engine::sqlite) {
    return run("/usr/bin/sqlite3",
               {.arguments = {parsed.path()}, .environment = {}, .input = script});
  }
  return run("/usr/bin/psql", {.arguments = {"-X", "-q", "-d", parsed.conninfo(), "-f", "-"},
                               .environment = {},
                               .input = script});
}

std::string text(const std::string& url, const std::string& statement) {
  const auto session = db::open_session(db::Url::parse(url), database_settings(url));
  std::string all;
  for (const auto& row : db::query(*session, statement)) {
    for (const auto& value : row) all += value.value_or("NULL") + "|";
    all += "\n";
  }
  return all;
}

/// The catalog and the history, without times and random ids.
template <typename Backend>
std::string state(const std::string& url) {
  const bool sqlite = Backend::kEngine == db::Engine::sqlite;
  return text(url, sqlite
                       ? "SELECT CAST(type AS TEXT), CAST(name AS TEXT), CAST(sql AS TEXT) FROM "
                         "sqlite_master ORDER BY 1, 2"
                       : "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), "
                         "CAST(data_type AS TEXT) FROM information_schema.columns WHERE "
                         "table_schema = 'public' UNION ALL SELECT CAST(indexname AS TEXT), "
                         "CAST(indexdef AS TEXT), '' FROM pg_indexes WHERE schemaname = 'public' "
                         "ORDER BY 1, 2, 3") +
         text(url,
              "SELECT revision, parents, depends_on, message, checksum, token_checksum, source, "
              "applied_by, tool_version FROM notes_migrate ORDER BY revision") +
         text(
             url,
             "SELECT kind, revision, checksum, happened_by, detail FROM notes_migrate_events ORDER "
             "BY id") +
         text(url, "SELECT CAST(format AS TEXT) FROM notes_migrate_state");
}

/// Quotes, CRs, what looks like a psql variable, and an index that no transaction may hold.
void write_folder(const TemporaryDirectory& folder) {
  folder.write("aaaa.sql",
               "-- revision: aaaa\n-- message: it's the first\n-- migrate:up\n"
               "CREATE TABLE a (x INTEGER, y TEXT DEFAULT 'it''s :x \\');\r\n"
               "INSERT INTO a (x) VALUES (1);\n-- migrate:down\nDROP TABLE a;\n");
  folder.write("bbbb.sql",
               "-- revision: bbbb\n-- down_revision: aaaa\n-- message: index\n"
               "-- migrate:up only:postgresql transaction:false\n"
               "CREATE INDEX CONCURRENTLY a_x ON a (x);\n"
               "-- migrate:up only:sqlite\nCREATE INDEX a_x ON a (x);\n"
               "-- migrate:up\nCREATE TABLE b (x INTEGER);\n"
               "-- migrate:down\nDROP TABLE b;\nDROP INDEX a_x;\n");
}

int code(const Finished& finished) { return finished.status.code.value_or(-1); }

}  // namespace

TEST_CASE_TEMPLATE("a script in the database's shell ends where the run does", Backend, Sqlite,
                   Postgres) {
  const Backend ran;
  const Backend scripted;
  const TemporaryDirectory folder;
  write_folder(folder);

  const auto script = migrate(folder, scripted.url(), {"upgrade", "--sql"});
  REQUIRE(code(script) == 0);
  REQUIRE(code(migrate(folder, ran.url(), {"upgrade"})) == 0);
  const auto shell = run_script(scripted.url(), script.output);
  CAPTURE(shell.errors);
  CHECK(code(shell) == 0);
  CHECK(state<Backend>(scripted.url()) == state<Backend>(ran.url()));
  CHECK(migrate(folder, scripted.url(), {"upgrade"}).output ==
        "nothing to apply; the database stands at bbbb\n");

  const auto back = migrate(folder, scripted.url(), {"downgrade", "-1", "--sql"});
  REQUIRE(code(migrate(folder, ran.url(), {"downgrade", "-1"})) == 0);
  CHECK(code(run_script(scripted.url(), back.output)) == 0);
  CHECK(state<Backend>(scripted.url()) == state<Backend>(ran.url()));

  const auto stamp = migrate(folder, scripted.url(), {"stamp", "base", "--sql"});
  REQUIRE(code(migrate(folder, ran.url(), {"stamp", "base"})) == 0);
  CHECK(code(run_script(scripted.url(), stamp.output)) == 0);
  CHECK(state<Backend>(scripted.url()) == state<Backend>(ran.url()));
}

TEST_CASE_TEMPLATE("a script that is run twice stops, and changes nothing the second time", Backend,
                   Sqlite, Postgres) {
  const Backend backend;
  const TemporaryDirectory folder;
  write_folder(folder);
  const auto first = migrate(folder, backend.url(), {"upgrade", "aaaa", "--sql"});
  REQUIRE(code(run_script(backend.url(), first.output)) == 0);
  const auto before = state<Backend>(backend.url());
  CHECK(code(run_script(backend.url(), first.output)) != 0);
  CHECK(state<Backend>(backend.url()) == before);
}

TEST_CASE("on SQLite a script does not commit rows that refer to nothing") {
  const Sqlite backend;
  const TemporaryDirectory folder;
  folder.write("aaaa.sql",
               "-- revision: aaaa\n-- migrate:up\nCREATE TABLE p (x INTEGER PRIMARY KEY);\n"
               "CREATE TABLE c (x INTEGER REFERENCES p (x));\nINSERT INTO c VALUES (7);\n");
  const auto script = migrate(folder, backend.url(), {"upgrade", "--sql"});
  CHECK(code(run_script(backend.url(), script.output)) != 0);
  CHECK(text(backend.url(), "SELECT CAST(count(*) AS TEXT) FROM notes_migrate") == "0|\n");
}

TEST_CASE("a range is written for a database that nobody asks") {
  const TemporaryDirectory folder;
  write_folder(folder);
  const std::string nowhere = "postgresql://u:hunter2@127.0.0.1:1/none";
  const auto up = migrate(folder, nowhere, {"upgrade", "--sql", "aaaa:bbbb"});
  CHECK(code(up) == 0);
  CHECK(up.output.find("CREATE INDEX CONCURRENTLY a_x ON a (x);") != std::string::npos);
  CHECK(up.output.find("CREATE TABLE a (") == std::string::npos);
  CHECK(up.output.find("CREATE TABLE \"notes_migrate\"") == std::string::npos);
  CHECK(up.output.find("hunter2") == std::string::npos);
  const auto lite = migrate(folder, nowhere, {"upgrade", "--sql", ":", "--engine", "sqlite"});
  CHECK(code(lite) == 1);  // names neither end
  CHECK(migrate(folder, nowhere, {"upgrade", "--sql", ":head", "--engine", "sqlite"})
            .output.find("CREATE INDEX a_x ON a (x);") != std::string::npos);
  CHECK(code(migrate(folder, nowhere, {"upgrade", "--sql", ":head", "--engine", "oracle"})) == 1);
  CHECK(
      migrate(folder, nowhere, {"downgrade", "--sql", "bbbb:aaaa"}).output.find("DROP TABLE b;") !=
      std::string::npos);
  CHECK(code(migrate(folder, nowhere, {"upgrade", "--sql"})) == 7);
}
