#include <doctest/doctest.h>
#include <regex.h>

#include "db/query.hpp"
#include "e2e/process.hpp"
#include "support/database.hpp"

using namespace notes;
using namespace notes::tests;

namespace {

const ExitStatus kSuccess{.code = 0, .signal = std::nullopt};

/// What a person at a terminal sees, who calls the tool in a folder m/ of migrations.
struct Desk {
  ProcessOptions options(std::vector<std::string> arguments) const {
    return {.arguments = std::move(arguments),
            .environment = {{"DATABASE_URL", url}, {"TERM", "xterm"}},
            .directory = place.path(),
            .input = "",
            .terminal = true};
  }
  void write(std::string_view id, std::string_view parent, std::string_view up) const {
    place.write("m/" + std::string(id) + ".sql",
                "-- revision: " + std::string(id) + "\n-- down_revision: " + std::string(parent) +
                    "\n-- migrate:up\n" + std::string(up) + "\n-- migrate:down\n");
  }

  std::string url;
  TemporaryDirectory place;
};

/// Whether a POSIX extended regular expression matches somewhere.
bool holds(const std::string& text, const char* pattern) {
  regex_t compiled{};
  REQUIRE(::regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) == 0);
  const bool found = ::regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  ::regfree(&compiled);
  return found;
}

std::string value(const std::string& url, const std::string& statement) {
  const auto session = db::open_session(db::Url::parse(url), database_settings(url));
  return db::query(*session, statement).at(0).at(0).value_or("NULL");
}

}  // namespace

TEST_CASE("a terminal shows the running statement and its time, and a line when it is done") {
  const Postgres backend;
  const Desk desk{.url = backend.url(), .place = {}};
  execute(backend.url(), {"CREATE TABLE gate (x INTEGER)"});
  desk.write("aaaa", "", "CREATE TABLE a (x INTEGER);\nLOCK TABLE gate IN SHARE MODE;");
  const auto gate =
      db::open_session(db::Url::parse(backend.url()), database_settings(backend.url()));
  gate->dialect().execute_raw(*gate, "BEGIN");
  gate->dialect().execute_raw(*gate, "LOCK TABLE gate");
  Process upgrade(built("notes-migrate"),
                  desk.options({"upgrade", "--dir", "m", "--table-lock-timeout", "60s"}));
  upgrade.wait_for(Stream::output, "\r\x1b[2K[1/1] up aaaa 0s: LOCK TABLE gate IN SHARE MODE");
  upgrade.wait_for(Stream::output, "\r\x1b[2K[1/1] up aaaa 2s: LOCK TABLE gate IN SHARE MODE");
  upgrade.wait_for(Stream::output, "; blocked by PostgreSQL session ");
  gate->dialect().execute_raw(*gate, "COMMIT");
  CHECK(upgrade.wait() == kSuccess);
  const auto all = upgrade.output();
  CHECK(all.find("\r\x1b[2Kapplied aaaa") != std::string::npos);
  CHECK(all.ends_with("the database stands at aaaa\r\n"));
}

TEST_CASE("an index that is built shows PostgreSQL's own phase and percentage") {
  const Postgres backend;
  const Desk desk{.url = backend.url(), .place = {}};
  // Each row takes a moment, so that looks fall into the middle of the scan.
  execute(backend.url(),
          {"CREATE TABLE a (x INTEGER)", "INSERT INTO a SELECT generate_series(1, 30000)",
           "CREATE FUNCTION slow (x INTEGER) RETURNS INTEGER IMMUTABLE LANGUAGE plpgsql AS "
           "$$ BEGIN PERFORM pg_sleep(0.0001); RETURN x; END $$"});
  desk.write("aaaa", "", "CREATE INDEX CONCURRENTLY a_x ON a (slow(x));");
  Process upgrade(built("notes-migrate"), desk.options({"upgrade", "--dir", "m"}));
  CHECK(upgrade.wait() == kSuccess);
  const auto all = upgrade.output();
  CAPTURE(all);
  CHECK(holds(all,
              "\\[1/1\\] up aaaa [0-9]+s, building index: scanning table, [1-9][0-9]?%: "
              "CREATE INDEX CONCURRENTLY a_x ON a \\(slow"));
}

TEST_CASE("an index that waits for a transaction shows for how many, and for which") {
  const Postgres backend;
  const Desk desk{.url = backend.url(), .place = {}};
  execute(backend.url(), {"CREATE TABLE a (x INTEGER)"});
  desk.write("aaaa", "", "CREATE INDEX CONCURRENTLY a_x ON a (x);");
  const auto writer =
      db::open_session(db::Url::parse(backend.url()), database_settings(backend.url()));
  writer->dialect().execute_raw(*writer, "BEGIN");
  writer->dialect().execute_raw(*writer, "INSERT INTO a VALUES (1)");
  Process upgrade(built("notes-migrate"),
                  desk.options({"upgrade", "--dir", "m", "--table-lock-timeout", "60s"}));
  upgrade.wait_for(Stream::output,
                   "s, waiting for writers before build, 0 of 1 sessions: CREATE INDEX "
                   "CONCURRENTLY a_x ON a (x); blocked by PostgreSQL session ");
  writer->dialect().execute_raw(*writer, "COMMIT");
  CHECK(upgrade.wait() == kSuccess);
}

TEST_CASE("without a terminal there is one line for each event and no control sequence") {
  const Sqlite backend;
  const Desk desk{.url = backend.url(), .place = {}};
  desk.write("aaaa", "", "CREATE TABLE a (x INTEGER);");
  desk.write("bbbb", "aaaa", "CREATE TABLE b (x INTEGER);");
  auto options = desk.options({"upgrade", "--dir", "m"});
  options.terminal = false;
  const auto done = run(built("notes-migrate"), options);
  CHECK(holds(done.errors, "^applied aaaa  \\([0-9ms]+\\)\napplied bbbb  \\([0-9ms]+\\)\n$"));
}

TEST_CASE_TEMPLATE("restore asks twice on a terminal, and the second time for the name", Backend,
                   Sqlite, Postgres) {
  const Backend source;
  const Backend target;
  const Desk desk{.url = target.url(), .place = {}};
  execute(source.url(), {"CREATE TABLE a (x INTEGER)", "INSERT INTO a VALUES (7)"});
  auto backup = desk.options({"backup", "--out", "a.backup"});
  backup.environment["DATABASE_URL"] = source.url();
  REQUIRE(run(built("notes-migrate"), backup).status == kSuccess);
  const auto name = target.url().substr(target.url().rfind('/') + 1);
  const std::string kQuestion = "? [y/N] ";
  const std::string kName = "Type the name of the database (" + name + ") to go on: ";
  const auto answer = [&](const std::string& first, const std::string& second) {
    Process restore(built("notes-migrate"), desk.options({"restore", "--file", "a.backup"}));
    restore.wait_for(Stream::output, kQuestion);
    restore.type(first + "\n");
    if (!second.empty()) {
      restore.wait_for(Stream::output, kName);
      restore.type(second + "\n");
    }
    return restore.wait().code;
  };
  CHECK(answer("n", "") == 10);
  CHECK(answer("", "") == 10);
  CHECK(answer("y", "another") == 10);
  CHECK(answer("yes", name) == 0);
  CHECK(value(target.url(), "SELECT CAST(x AS TEXT) FROM a") == "7");
}

TEST_CASE("a load draws a bar with the rate and the time left") {
  const Sqlite backend;
  const Desk desk{.url = backend.url(), .place = {}};
  execute(backend.url(), {"CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT)"});
  std::string text = "x,y\n";
  for (int x = 1; x <= 200'000; ++x) text += std::to_string(x) + ",word\n";
  desk.place.write("a.csv", text);
  Process load(built("notes-migrate"),
               desk.options({"load", "a", "--file", "a.csv", "--key", "x", "--batch", "1000"}));
  CHECK(load.wait() == kSuccess);
  const auto all = load.output();
  CAPTURE(all);
  CHECK(holds(all,
              "\\[#{1,19}\\.{1,19}\\] [0-9]{1,2}%  [0-9]+ records/s  [0-9ms]+ left  0 rejected"));
  CHECK(all.ends_with("200000 written, 0 skipped, 0 rejected\r\n"));
}
