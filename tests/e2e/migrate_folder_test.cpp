#include <map>
#include <string>

#include <doctest/doctest.h>

#include "e2e/process.hpp"
#include "support/database.hpp"

using namespace notes;
using namespace notes::tests;

namespace {

struct Desk {
  Finished migrate(std::vector<std::string> arguments,
                   const std::map<std::string, std::string>& environment = {}) const {
    ProcessOptions options;
    options.arguments = std::move(arguments);
    options.environment = environment;
    options.environment.insert({"DATABASE_URL", "sqlite:app.db"});
    options.environment.insert({"USER", "ops"});
    options.directory = place.path();
    return run(built("notes-migrate"), options);
  }
  void write_two() const {
    place.write("migrations/aaaa.sql",
                "-- revision: aaaa\n-- message: one\n-- migrate:up\nCREATE TABLE a (x INTEGER);\n"
                "CREATE TABLE a2 (x INTEGER);\n-- migrate:down\nDROP TABLE a2;\nDROP TABLE a;\n");
    place.write("migrations/bbbb.sql",
                "-- revision: bbbb\n-- down_revision: aaaa\n-- message: two\n-- migrate:up\n"
                "CREATE TABLE b (x INTEGER);\n");
  }

  TemporaryDirectory place;
};

int code(const Finished& finished) { return finished.status.code.value_or(-1); }

}  // namespace

TEST_CASE("init makes an empty folder once, and the first revision goes into it") {
  const Desk desk;
  CHECK(desk.migrate({"init"}).output == "migrations\n");
  CHECK(desk.migrate({"revision", "-m", "one", "--rev-id", "aaaa", "--json"}).output ==
        "{\"file\":\"migrations/aaaa_one.sql\"}\n");
  const auto again = desk.migrate({"init"});
  CHECK(code(again) == 1);
  CHECK(again.errors.find("not empty") != std::string::npos);
}

TEST_CASE("edit opens the file in the editor, and says what it would stumble over later") {
  const Desk desk;
  desk.write_two();
  CHECK(code(desk.migrate({"edit", "head"})) == 1);  // no editor
  const auto edited = desk.migrate({"edit", "bbbb"},
                                   {{"EDITOR", "false"}, {"VISUAL", "printf -- '-- seen\\n' >>"}});
  CHECK(edited.errors == "");
  CHECK(edited.output == "migrations/bbbb.sql\n");
  CHECK(read_file(desk.place.path() / "migrations/bbbb.sql").find("-- seen\n") !=
        std::string::npos);
  CHECK(code(desk.migrate({"edit", "bbbb"}, {{"EDITOR", "false"}})) == 1);
  const auto spoilt =
      desk.migrate({"edit", "bbbb"}, {{"EDITOR", "printf -- '-- migrate:sideways\\n' >>"}});
  CHECK(code(spoilt) == 1);
  CHECK(spoilt.errors.find("bbbb.sql") != std::string::npos);
}

TEST_CASE("an editor gets its signals as a shell gives them") {
  const Desk desk;
  desk.write_two();
  const auto edited = desk.migrate({"edit", "head"},
                                   {{"EDITOR", "grep -E '^Sig(Blk|Ign)' /proc/self/status; true"}});
  CHECK(edited.output.starts_with("SigBlk:\t0000000000000000\nSigIgn:\t"));
  // Signals 32 and up are the C library's own.
  const auto ignored =
      std::stoull(edited.output.substr(edited.output.find("Ign:") + 4), nullptr, 16);
  CHECK((ignored & 0x7fffffffU) == 0);
}

TEST_CASE("plan shows each statement, and its JSON where it stands") {
  const Desk desk;
  desk.write_two();
  CHECK(desk.migrate({"plan", "aaaa"}).output ==
        "up aaaa one\n  migrations/aaaa.sql\n  in one transaction:\n"
        "    CREATE TABLE a (x INTEGER);\n    CREATE TABLE a2 (x INTEGER);\n\n"
        "1 to apply; the database stands at base\n");
  REQUIRE(code(desk.migrate({"upgrade", "aaaa"})) == 0);
  CHECK(desk.migrate({"plan", "--json"}).output ==
        "{\"steps\":[{\"revision\":\"bbbb\",\"direction\":\"up\",\"message\":\"two\",\"file\":"
        "\"migrations/bbbb.sql\",\"batches\":[{\"transactional\":true,\"statements\":[{\"line\":5,"
        "\"column\":1,\"sql\":\"CREATE TABLE b (x INTEGER)\"}]}]}],\"current\":[\"aaaa\"]}\n");
}

TEST_CASE("history -i and current -v say where the database stands") {
  const Desk desk;
  desk.write_two();
  REQUIRE(code(desk.migrate({"upgrade", "aaaa"})) == 0);
  CHECK(desk.migrate({"history", "-i"}).output ==
        "aaaa -> bbbb (head)  two\nbase -> aaaa  one [current]\n");
  const auto current = desk.migrate({"current", "-v"}).output;
  CHECK(current.starts_with("aaaa  one\n    migrations/aaaa.sql\n    applied 2"));
  CHECK(current.find(" by ops@") != std::string::npos);
  CHECK(desk.migrate({"show", "current"}).output.find("CREATE TABLE a2") != std::string::npos);
}

TEST_CASE("wait ends with 7 when the time is over, and --wait does so before the work") {
  const Desk desk;
  desk.write_two();
  CHECK(code(desk.migrate({"wait", "1s"})) == 0);
  const std::string nowhere = "postgresql://u:hunter2@127.0.0.1:1/none";
  const auto waited = desk.migrate({"wait", "300ms", "--database-url", nowhere});
  CHECK(code(waited) == 7);
  CHECK(waited.errors.find("waited 300ms") != std::string::npos);
  CHECK(waited.errors.find("hunter2") == std::string::npos);
  CHECK(code(desk.migrate({"upgrade", "--wait", "100ms", "--database-url", nowhere})) == 7);
  CHECK(code(desk.migrate({"upgrade", "--wait", "soon"})) == 1);
  CHECK(code(desk.migrate({"upgrade", "--wait", "10s", "--database-url", "sqlite:none/app.db",
                           "--wait", "50ms"})) == 7);
}

TEST_CASE("upgrade --wait goes on as soon as the database answers") {
  const Desk desk;
  desk.write_two();
  Process waiting(built("notes-migrate"), {.arguments = {"upgrade", "--wait", "60s"},
                                           .environment = {{"DATABASE_URL", "sqlite:later/app.db"}},
                                           .directory = desk.place.path(),
                                           .input = ""});
  desk.place.write("later/ready", "");
  CHECK(waiting.wait() == ExitStatus{.code = 0, .signal = std::nullopt});
}

TEST_CASE("--strict-order refuses what was merged late with 9") {
  const Desk desk;
  desk.write_two();
  REQUIRE(code(desk.migrate({"upgrade"})) == 0);
  desk.place.write("migrations/late.sql",
                   "-- revision: late\n-- down_revision: aaaa\n-- migrate:up\n");
  desk.place.write("migrations/join.sql",
                   "-- revision: join1\n-- down_revision: bbbb, late\n-- migrate:up\n");
  CHECK(code(desk.migrate({"upgrade", "--strict-order"})) == 9);
  CHECK(code(desk.migrate({"plan", "--strict-order"})) == 9);
  CHECK(code(desk.migrate({"upgrade"})) == 0);
}

TEST_CASE("a lock that is not obtained within --lock-timeout ends with 6") {
  const Desk desk;
  desk.write_two();
  Process holder("/usr/bin/flock",
                 {.arguments = {"app.db.migrate-lock", "sh", "-c", "echo held; exec sleep 600"},
                  .environment = {},
                  .directory = desk.place.path(),
                  .input = ""});
  holder.wait_for_line(Stream::output, "held");
  const auto refused = desk.migrate({"upgrade", "--lock-timeout", "200ms"});
  CHECK(code(refused) == 6);
  CHECK(refused.errors.find("waiting for another run") != std::string::npos);
}

TEST_CASE(
    "with --json an error is one object on standard output, and the message is on the other") {
  const Desk desk;
  desk.place.write("migrations/aaaa.sql",
                   "-- revision: aaaa\n-- migrate:up\nINSERT INTO nowhere VALUES (1);\n");
  const auto failed = desk.migrate({"upgrade", "--json"});
  CHECK(code(failed) == 2);
  CHECK(failed.output.starts_with(
      "{\"error\":{\"code\":\"statement_failed\",\"exit_code\":2,\"message\":\""));
  CHECK(failed.output.find("\"migration\":{\"revision\":\"aaaa\",\"file\":\"migrations/aaaa.sql\","
                           "\"line\":3,\"column\":1,\"statement\":\"INSERT INTO nowhere VALUES "
                           "(1)\",\"state\":\"SQLITE_ERROR\",\"message\":\"no such table: "
                           "nowhere\"") != std::string::npos);
  CHECK(failed.output.find('\n') == failed.output.size() - 1);
  CHECK(failed.errors.find("error: ") != std::string::npos);
  CHECK(desk.migrate({"downgrade", "--json"})
            .output.starts_with("{\"error\":{\"code\":\"usage\",\"exit_code\":1,"));
  CHECK(desk.migrate({"downgrade"}).output == "");
}

TEST_CASE("the completion scripts and the manual page come from the command table") {
  const Desk desk;
  const auto bash = desk.place.write("bash", desk.migrate({"completion", "bash"}).output);
  CHECK(code(run("/bin/bash",
                 {.arguments = {"-n", bash.string()}, .environment = {}, .input = ""})) == 0);
  CHECK(code(desk.migrate({"completion", "tcsh"})) == 1);
  const auto page = desk.migrate({"man"}).output;
  CHECK(page.find(".SS \"downgrade REV\"") != std::string::npos);
}
