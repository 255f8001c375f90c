#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "e2e/process.hpp"
#include "support/database.hpp"

using namespace notes;
using namespace notes::tests;

namespace {

/// A place of its own for each case: a folder m/ and a SQLite database beside it.
struct Desk {
  Finished migrate(std::vector<std::string> arguments) const {
    return run(built("notes-migrate"),
               {.arguments = std::move(arguments),
                .environment = {{"DATABASE_URL", "sqlite:app.db"}, {"USER", "ops"}},
                .directory = place.path(),
                .input = ""});
  }
  void write(std::string_view id, std::string_view parent, std::string_view up) const {
    place.write("m/" + std::string(id) + ".sql",
                "-- revision: " + std::string(id) + "\n-- down_revision: " + std::string(parent) +
                    "\n-- message: make " + std::string(id) + "\n-- migrate:up\n" +
                    std::string(up) + "\n-- migrate:down\nDROP TABLE IF EXISTS " + std::string(id) +
                    ";\n");
  }

  TemporaryDirectory place;
};

int code(const Finished& finished) { return finished.status.code.value_or(-1); }

}  // namespace

TEST_CASE("a folder goes up and down from the command line") {
  const Desk desk;
  desk.write("aaaa", "", "CREATE TABLE aaaa (x INTEGER);");
  desk.write("bbbb", "aaaa", "CREATE TABLE bbbb (x INTEGER);");

  const auto up = desk.migrate({"upgrade", "--dir", "m"});
  CHECK(code(up) == 0);
  CHECK(up.output == "the database stands at bbbb\n");
  CHECK(up.errors.find("applied aaaa make aaaa") != std::string::npos);
  CHECK(desk.migrate({"upgrade", "--dir", "m"}).output ==
        "nothing to apply; the database stands at bbbb\n");
  CHECK(desk.migrate({"downgrade", "-1", "--dir", "m"}).output == "the database stands at aaaa\n");
  CHECK(desk.migrate({"current", "--dir", "m"}).output == "aaaa  make aaaa\n");
  CHECK(desk.migrate({"downgrade", "base", "--dir", "m"}).output ==
        "the database stands at base\n");
}

TEST_CASE("PostgreSQL's client library and its twenty relatives are not loaded with the program") {
  const auto libraries =
      run("/usr/bin/ldd",
          {.arguments = {built("notes-migrate").string()}, .environment = {}, .input = ""});
  CHECK(libraries.output.find("libsqlite3.so") != std::string::npos);
  CHECK(libraries.output.find("libpq.so") == std::string::npos);
  CHECK(libraries.output.find("libgnutls.so") == std::string::npos);
}

TEST_CASE("--json prints one object and nothing else on standard output") {
  const Desk desk;
  desk.write("aaaa", "", "CREATE TABLE aaaa (x INTEGER);");
  const auto dry = desk.migrate({"upgrade", "--dir", "m", "--json", "--dry-run"});
  CHECK(dry.output ==
        "{\"dry_run\":true,\"steps\":[{\"revision\":\"aaaa\",\"direction\":\"up\",\"message\":"
        "\"make aaaa\",\"file\":\"m/aaaa.sql\","
        "\"duration_ms\":0,\"from_history\":false}],\"current\":[]}\n");
}

TEST_CASE("each kind of end has its exit code") {
  const Desk desk;
  desk.write("aaaa", "", "CREATE TABLE aaaa (x INTEGER);");
  CHECK(code(desk.migrate({"upgrade", "--dir", "nowhere"})) == 1);
  CHECK(code(desk.migrate({"upgrade", "nope+x", "--dir", "m"})) == 1);
  CHECK(code(desk.migrate({"status", "--dir", "m"})) == 3);
  CHECK(code(desk.migrate({"current", "--check-heads", "--dir", "m"})) == 3);
  CHECK(code(desk.migrate({"upgrade", "--dir", "m"})) == 0);
  CHECK(code(desk.migrate({"status", "--dir", "m"})) == 0);

  desk.write("bbbb", "aaaa", "INSERT INTO nowhere VALUES (1);");
  CHECK(code(desk.migrate({"upgrade", "--dir", "m"})) == 2);
  desk.write("cccc", "aaaa", "CREATE TABLE cccc (x INTEGER);");
  CHECK(code(desk.migrate({"upgrade", "--dir", "m"})) == 4);
  desk.write("cccc", "gone", "CREATE TABLE cccc (x INTEGER);");
  CHECK(code(desk.migrate({"upgrade", "--dir", "m"})) == 4);
  desk.write("cccc", "bbbb", "CREATE TABLE cccc (x INTEGER);");
  desk.write("aaaa", "", "CREATE TABLE aaaa (x INTEGER, y INTEGER);");
  CHECK(code(desk.migrate({"upgrade", "--dir", "m"})) == 5);
  const auto altered = desk.migrate({"status", "--dir", "m"});
  CHECK(code(altered) == 5);
  CHECK(altered.output.find("aaaa has changed since it was applied") != std::string::npos);
  CHECK(altered.output.find("\n  - CREATE TABLE aaaa (x INTEGER);\n") != std::string::npos);
  CHECK(altered.output.find("\n  + CREATE TABLE aaaa (x INTEGER, y INTEGER);\n") !=
        std::string::npos);
  CHECK(code(desk.migrate({"upgrade", "--dir", "m", "--database-url",
                           "postgresql://nobody@127.0.0.1:1/none"})) == 7);
}

TEST_CASE("a single transaction applies all revisions or none") {
  const Desk desk;
  desk.write("aaaa", "", "CREATE TABLE aaaa (x INTEGER);");
  desk.write("bbbb", "aaaa", "INSERT INTO nowhere VALUES (1);");
  CHECK(code(desk.migrate({"upgrade", "--single-transaction", "--dir", "m"})) == 2);
  CHECK(desk.migrate({"current", "--dir", "m"}).output == "base\n");
  desk.write("bbbb", "aaaa", "CREATE TABLE bbbb (x INTEGER);");
  const auto done = desk.migrate({"upgrade", "--single-transaction", "--dir", "m"});
  CHECK(code(done) == 0);
  CHECK(desk.migrate({"current", "--dir", "m"}).output == "bbbb (head)  make bbbb\n");
}

TEST_CASE("a password is in no message") {
  const Desk desk;
  desk.write("aaaa", "", "CREATE TABLE aaaa (x INTEGER);");
  const auto failed = desk.migrate({"upgrade", "--dir", "m", "--json", "--verbose",
                                    "--database-url", "postgresql://u:hunter2@127.0.0.1:1/none"});
  CHECK(code(failed) == 7);
  CHECK((failed.output + failed.errors).find("hunter2") == std::string::npos);
}

TEST_CASE("a directory that is read-only is named") {
  if (::geteuid() == 0) {
    // Permissions do not bind root; a directory that is not there fails at the same place.
    const Desk desk;
    desk.write("aaaa", "", "CREATE TABLE aaaa (x INTEGER);");
    const auto failed =
        desk.migrate({"upgrade", "--dir", "m", "--database-url", "sqlite:/proc/app.db"});
    CHECK(code(failed) == 7);
    CHECK(failed.errors.find("/proc/app.db") != std::string::npos);
    return;
  }
  const Desk desk;
  desk.write("aaaa", "", "CREATE TABLE aaaa (x INTEGER);");
  ::chmod(desk.place.path().c_str(), 0555);
  const auto failed = desk.migrate({"upgrade", "--dir", "m"});
  ::chmod(desk.place.path().c_str(), 0755);
  CHECK(code(failed) == 7);
}

TEST_CASE("revision and merge write files that the next upgrade runs") {
  const Desk desk;
  desk.write("aaaa", "", "CREATE TABLE aaaa (x INTEGER);");
  CHECK(desk.migrate({"revision", "-m", "Add b", "--rev-id", "bbbb", "--dir", "m"}).output ==
        "m/bbbb_add_b.sql\n");
  CHECK(code(desk.migrate(
            {"revision", "-m", "Add c", "--rev-id", "cccc", "--head", "aaaa", "--dir", "m"})) == 1);
  CHECK(code(desk.migrate({"revision", "-m", "Add c", "--rev-id", "cccc", "--head", "aaaa",
                           "--splice", "--dir", "m"})) == 0);
  CHECK(desk.migrate({"heads", "--dir", "m"}).output ==
        "aaaa -> bbbb (head)  Add b\naaaa -> cccc (head)  Add c\n");
  CHECK(code(desk.migrate({"upgrade", "--dir", "m"})) == 4);
  CHECK(code(desk.migrate({"merge", "heads", "-m", "join", "--rev-id", "dddd", "--dir", "m"})) ==
        0);
  CHECK(desk.migrate({"upgrade", "--dir", "m"}).output == "the database stands at dddd\n");
  CHECK(desk.migrate({"history", "-r", "aaaa:bbbb", "--dir", "m"}).output ==
        "aaaa -> bbbb  Add b\nbase -> aaaa (branch point)  make aaaa\n");
}

TEST_CASE("repair shows what it would accept, needs --yes, and lets the upgrade pass") {
  const Desk desk;
  desk.write("aaaa", "", "CREATE TABLE aaaa (x INTEGER);");
  CHECK(code(desk.migrate({"upgrade", "--dir", "m"})) == 0);
  desk.write("aaaa", "", "CREATE TABLE aaaa (x BIGINT);");
  const auto shown = desk.migrate({"repair", "--dir", "m"});
  CHECK(code(shown) == 10);
  CHECK(shown.output == "would accept aaaa m/aaaa.sql\n");
  CHECK(code(desk.migrate({"upgrade", "--dir", "m"})) == 5);
  CHECK(desk.migrate({"repair", "--yes", "--dir", "m"}).output == "accepted aaaa m/aaaa.sql\n");
  CHECK(code(desk.migrate({"upgrade", "--dir", "m"})) == 0);
  CHECK(desk.migrate({"repair", "--dir", "m"}).output ==
        "nothing to repair: every applied file is as it was\n");
}
