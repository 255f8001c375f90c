#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/process.hpp"
#include "support/database.hpp"

namespace notes::tests {
namespace {

struct Tool {
  std::string url;
  std::map<std::string, std::string> environment;

  Finished operator()(std::vector<std::string> arguments) const {
    ProcessOptions options;
    options.arguments = std::move(arguments);
    options.environment = environment;
    options.environment["DATABASE_URL"] = url;
    options.directory = NOTES_SOURCE_DIR;
    return run(built("notes-migrate"), options);
  }
};

TEST_CASE_TEMPLATE("seed fills a migrated database once, and says when there is nothing to do",
                   Backend, Sqlite, Postgres) {
  const Backend backend;
  const Tool tool{backend.url(), {}};

  auto done = tool({"seed", "--env", "dev"});
  const bool sqlite = Backend::kEngine == db::Engine::sqlite;
  CHECK(done.status.code == (sqlite ? 3 : 1));  // no database, no table
  REQUIRE(tool({"upgrade"}).status.code == 0);

  done = tool({"seed", "--env", "dev"});
  CHECK(done.errors == "");
  CHECK(done.status.code == 0);
  CHECK(done.output ==
        "FILE           TABLE      INSERTED  UPDATED  UNCHANGED\n"
        "10_tags.yaml   tags       2         0        0\n"
        "20_notes.yaml  notes      5         0        0\n"
        "               note_tags  3         0        0\n");

  done = tool({"seed", "--env", "dev", "--json"});
  CHECK(done.status.code == 0);
  CHECK(done.output == R"({"environment":"dev","dry_run":false,"files":[)"
                       R"({"file":"10_tags.yaml","edition":"same","tables":[)"
                       R"({"table":"tags","inserted":0,"updated":0,"unchanged":2}]},)"
                       R"({"file":"20_notes.yaml","edition":"same","tables":[)"
                       R"({"table":"notes","inserted":0,"updated":0,"unchanged":5},)"
                       R"({"table":"note_tags","inserted":0,"updated":0,"unchanged":3}]}]})"
                       "\n");
}

TEST_CASE(
    "seed asks before it mixes production with anything else, and for secrets that are not set") {
  const Sqlite backend;
  Tool tool{backend.url(), {}};
  REQUIRE(tool({"upgrade"}).status.code == 0);
  CHECK(tool({"seed", "--env", "prod"}).status.code == 10);
  CHECK(tool({"seed", "--env", "production"}).status.code == 1);
  CHECK(tool({"seed"}).status.code == 1);

  const auto unset = tool({"seed", "--env", "prod", "--yes"});
  CHECK(unset.status.code == 1);
  CHECK(
      unset.errors.find("seeds/prod/10_administrator.yaml:6:12: ${NOTES_ADMIN_EMAIL} is not set") !=
      std::string::npos);

  tool.environment["NOTES_ADMIN_EMAIL"] = "chief@example.org";
  CHECK(tool({"seed", "--env", "prod", "--yes"}).status.code == 0);
  tool.environment["APP_ENV"] = "production";
  tool.environment["SECRET_KEY"] = "0123456789abcdef0123456789abcdef";
  CHECK(tool({"seed", "--env", "dev"}).status.code == 10);
  const auto again = tool({"seed", "--env", "prod"});
  CHECK(again.status.code == 0);
  CHECK(again.output.ends_with("nothing to change: every row is there\n"));
}

}  // namespace
}  // namespace notes::tests
