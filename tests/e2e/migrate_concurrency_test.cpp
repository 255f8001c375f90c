#include <csignal>
#include <memory>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "db/query.hpp"
#include "e2e/process.hpp"
#include "support/database.hpp"

using namespace notes;
using namespace notes::tests;

namespace {

ProcessOptions options(const TemporaryDirectory& folder, const std::string& url,
                       std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--dir", folder.path().string()});
  return {.arguments = std::move(arguments),
          .environment = {{"DATABASE_URL", url}},
          .directory = folder.path(),
          .input = ""};
}

void write_chain(const TemporaryDirectory& folder, int count) {
  for (int number = 1; number <= count; ++number) {
    folder.write(fmt::format("{:04}.sql", number),
                 fmt::format("-- revision: r{0:04}\n-- down_revision: {1}\n-- migrate:up\nCREATE "
                             "TABLE t{0} (x INTEGER);\n"
                             "INSERT INTO t{0} VALUES ({0});\n-- migrate:down\nDROP TABLE t{0};\n",
                             number, number == 1 ? "" : fmt::format("r{:04}", number - 1)));
  }
}

std::string value(const std::string& url, const std::string& statement) {
  const auto session = db::open_session(db::Url::parse(url), database_settings(url));
  return db::query(*session, statement).at(0).at(0).value_or("");
}

const ExitStatus kSuccess{.code = 0, .signal = std::nullopt};

}  // namespace

TEST_CASE_TEMPLATE("four upgrades at once run each revision once and all succeed", Backend, Sqlite,
                   Postgres) {
  const Backend backend;
  const TemporaryDirectory folder;
  write_chain(folder, 20);
  std::vector<std::unique_ptr<Process>> runs;
  for (int number = 0; number < 4; ++number) {
    runs.push_back(std::make_unique<Process>(built("notes-migrate"),
                                             options(folder, backend.url(), {"upgrade"})));
  }
  for (const auto& run : runs) {
    const auto status = run->wait();
    CAPTURE(run->errors());
    CHECK(status == kSuccess);
  }
  CHECK(value(backend.url(), "SELECT CAST(count(*) AS TEXT) FROM notes_migrate") == "20");
  CHECK(value(backend.url(),
              "SELECT CAST(count(*) AS TEXT) FROM notes_migrate_events WHERE kind = 'upgrade'") ==
        "20");
  CHECK(value(backend.url(), "SELECT CAST(count(*) AS TEXT) FROM t20") == "1");
}

TEST_CASE_TEMPLATE("a killed upgrade is finished by the next plain one", Backend, Sqlite,
                   Postgres) {
  const Backend backend;
  const TemporaryDirectory folder;
  write_chain(folder, 40);
  for (int kill = 0; kill < 5; ++kill) {
    Process run(built("notes-migrate"), options(folder, backend.url(), {"upgrade"}));
    // Each time a little further: the kill comes somewhere behind this commit.
    run.wait_for_line(Stream::errors, fmt::format("applied r{:04}", 1 + kill * 7));
    run.signal(SIGKILL);
    run.wait();
  }
  const auto last = run(built("notes-migrate"), options(folder, backend.url(), {"upgrade"}));
  CAPTURE(last.errors);
  CHECK(last.status == kSuccess);
  CHECK(value(backend.url(), "SELECT CAST(count(*) AS TEXT) FROM notes_migrate") == "40");
  for (int number = 1; number <= 40; ++number) {
    CHECK(value(backend.url(), fmt::format("SELECT CAST(count(*) AS TEXT) FROM t{}", number)) ==
          "1");
  }
}

TEST_CASE("SIGTERM cancels the running statement, rolls back and exits 8") {
  const Postgres backend;
  const TemporaryDirectory folder;
  write_chain(folder, 1);
  folder.write(
      "slow.sql",
      "-- revision: slow\n-- down_revision: r0001\n-- migrate:up\nCREATE TABLE s (x INTEGER);\n"
      "SELECT pg_sleep(600);\n-- migrate:down\n");
  Process run(built("notes-migrate"), options(folder, backend.url(), {"upgrade", "--verbose"}));
  run.wait_for_line(Stream::errors, "pg_sleep");
  run.signal(SIGTERM);
  CHECK(run.wait() == ExitStatus{.code = 8, .signal = std::nullopt});
  CHECK(run.errors().find("was rolled back as a whole") != std::string::npos);
  CHECK(value(backend.url(), "SELECT CAST(to_regclass('s') IS NULL AS TEXT)") == "true");
  CHECK(value(backend.url(), "SELECT CAST(count(*) AS TEXT) FROM notes_migrate") == "1");
}

TEST_CASE("a killed run's session is ended by the next, which does not wait for its statement") {
  const Postgres backend;
  const TemporaryDirectory folder;
  const std::string head = "-- revision: slow\n-- migrate:up\nCREATE TABLE s (x INTEGER);\n";
  folder.write("slow.sql", head + "SELECT pg_sleep(600);\n-- migrate:down\n");
  Process killed(built("notes-migrate"), options(folder, backend.url(), {"upgrade", "--verbose"}));
  killed.wait_for_line(Stream::errors, "pg_sleep");
  killed.signal(SIGKILL);
  killed.wait();
  folder.write("slow.sql", head + "-- migrate:down\n");
  const auto next = run(built("notes-migrate"), options(folder, backend.url(), {"upgrade"}));
  CAPTURE(next.errors);
  CHECK(next.status == kSuccess);
  CHECK(value(backend.url(),
              "SELECT CAST(count(*) AS TEXT) FROM pg_stat_activity WHERE query LIKE 'SELECT "
              "pg_sleep%'") == "0");
}
