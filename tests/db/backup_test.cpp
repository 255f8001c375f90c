#include "transfer/backup.hpp"

#include <atomic>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "config/variables.hpp"
#include "db/query.hpp"
#include "migrate/history.hpp"
#include "support/database.hpp"
#include "transfer/archive.hpp"

namespace notes::transfer {
namespace {

using tests::execute;
using tests::Postgres;
using tests::Sqlite;

// As cli::run_main does: a child that has ended is told by the write that fails.
const auto kBefore = std::signal(SIGPIPE, SIG_IGN);

BackupPlace place_of(const std::string& url) {
  return {.url = db::Url::parse(url),
          .settings = tests::database_settings(url),
          .history = migrate::TableName("notes_migrate"),
          .tool_version = "1.2.3",
          .variables = config::process_variables()};
}

std::string rows(const std::string& url, const std::string& query) {
  std::string text;
  const auto session = db::open_session(db::Url::parse(url), tests::database_settings(url));
  for (const auto& row : db::query(*session, query)) {
    if (!text.empty()) text += " / ";
    for (std::size_t at = 0; at < row.size(); ++at) text += (at ? "|" : "") + row[at].value_or("-");
  }
  return text;
}

template <typename Backend>
struct Fixture {
  void fill() {
    execute(source.url(),
            {"CREATE TABLE accounts (id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
             "balance BIGINT NOT NULL)",
             "CREATE TABLE moves (id INTEGER NOT NULL PRIMARY KEY, account INTEGER NOT NULL "
             "REFERENCES accounts (id))",
             "CREATE UNIQUE INDEX accounts_name ON accounts (name)",
             "INSERT INTO accounts (id, name, balance) VALUES (1, 'it''s \"회의록\"', 100), (2, "
             "'b', 0)"});
  }

  Manifest backup() { return transfer::backup(place_of(source.url()), file, clock, {}); }
  Manifest restore(Overwrite overwrite = Overwrite::no) {
    return transfer::restore(place_of(target.url()), file, overwrite, clock, {});
  }
  std::string refusal(ErrorCode code, Overwrite overwrite = Overwrite::no) {
    try {
      restore(overwrite);
    } catch (const Error& error) {
      CHECK(error.code() == code);
      return error.what();
    }
    return "accepted";
  }

  Backend source;
  Backend target;
  tests::TemporaryDirectory directory;
  std::filesystem::path file = directory.path() / "f.backup";
  tests::ManualClock clock{*Timestamp::parse("2026-11-21T12:00:00Z")};
};

constexpr auto kAccounts =
    "SELECT CAST(id AS TEXT), name, CAST(balance AS TEXT) FROM accounts ORDER BY id";

TEST_CASE_TEMPLATE("a backup restores to the same rows, keys and rules", Backend, Sqlite,
                   Postgres) {
  Fixture<Backend> fixture;
  fixture.fill();

  const auto manifest = fixture.backup();
  const std::string schema = Backend::kEngine == db::Engine::sqlite ? "" : "public";
  CHECK(manifest.tables ==
        std::vector<Manifest::TableRows>{{schema, "accounts", 2}, {schema, "moves", 0}});
  CHECK(manifest.created_at == "2026-11-21T12:00:00.000000Z");
  CHECK(manifest.revisions.empty());
  CHECK(fixture.restore() == manifest);

  CHECK(rows(fixture.target.url(), kAccounts) == "1|it's \"회의록\"|100 / 2|b|0");
  CHECK_THROWS_AS(execute(fixture.target.url(), {"INSERT INTO accounts VALUES (3, 'b', 0)"}),
                  db::StatementError);
  CHECK_THROWS_AS(execute(fixture.target.url(), {"INSERT INTO moves VALUES (1, 9)"}),
                  db::StatementError);
  // Nothing but the backup is left beside it, and only its owner can read it.
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(fixture.directory.path())) {
    CHECK((entry.status().permissions() & std::filesystem::perms::group_all) ==
          std::filesystem::perms::none);
    ++count;
  }
  CHECK(count == 1);
}

TEST_CASE_TEMPLATE("a database that is not empty is restored over only when that is said", Backend,
                   Sqlite, Postgres) {
  Fixture<Backend> fixture;
  fixture.fill();
  fixture.backup();
  execute(fixture.target.url(),
          {"CREATE TABLE accounts (other TEXT)", "CREATE TABLE old (id INTEGER)",
           "INSERT INTO old (id) VALUES (1)"});

  CHECK(
      fixture.refusal(ErrorCode::refused).find("is not empty: it has 2 tables, such as accounts") !=
      std::string::npos);
  CHECK(rows(fixture.target.url(), "SELECT CAST(id AS TEXT) FROM old") == "1");

  fixture.restore(Overwrite::yes);
  CHECK(rows(fixture.target.url(), kAccounts) == "1|it's \"회의록\"|100 / 2|b|0");
  CHECK_THROWS_AS(rows(fixture.target.url(), "SELECT CAST(id AS TEXT) FROM old"),
                  db::StatementError);
}

TEST_CASE_TEMPLATE("a damaged backup, and one that is not what it says, touch nothing", Backend,
                   Sqlite, Postgres) {
  Fixture<Backend> fixture;
  fixture.fill();
  fixture.backup();
  execute(fixture.target.url(),
          {"CREATE TABLE old (id INTEGER)", "INSERT INTO old (id) VALUES (1)"});
  const auto whole = tests::read_file(fixture.file);

  auto damaged = whole;
  damaged[100] = static_cast<char>(damaged[100] ^ 1);
  fixture.directory.write("f.backup", damaged);
  CHECK(fixture.refusal(ErrorCode::malformed, Overwrite::yes).ends_with("the file is damaged"));

  // Whole, with a checksum that fits, and a row fewer than it says.
  fixture.directory.write("f.backup", whole);
  std::string payload;
  ArchiveReader reader(fixture.file);
  reader.read([&](std::string_view block) { payload += block; });
  auto manifest = reader.manifest();
  manifest.tables.at(0).rows = 3;
  {
    ArchiveWriter writer(fixture.file);
    writer.write(payload);
    writer.finish(manifest);
  }
  const bool sqlite = Backend::kEngine == db::Engine::sqlite;
  const auto said = fixture.refusal(sqlite ? ErrorCode::inconsistent : ErrorCode::statement_failed,
                                    Overwrite::yes);
  CHECK(said.find("the backup says 3 rows of accounts") != std::string::npos);

  // A payload that is no dump, under a manifest that fits it.
  {
    ArchiveWriter writer(fixture.file);
    writer.write("this is no database");
    writer.finish(manifest);
  }
  CHECK(fixture.refusal(sqlite ? ErrorCode::unreachable : ErrorCode::statement_failed,
                        Overwrite::yes) != "accepted");
  CHECK(rows(fixture.target.url(), "SELECT CAST(id AS TEXT) FROM old") == "1");
}

TEST_CASE_TEMPLATE("a backup taken during writes restores to one moment", Backend, Sqlite,
                   Postgres) {
  Fixture<Backend> fixture;
  fixture.fill();
  std::atomic<int> moves = 0;
  std::jthread writer([&](const std::stop_token& stop) {
    const auto session = db::open_session(db::Url::parse(fixture.source.url()),
                                          tests::database_settings(fixture.source.url()));
    const auto run = [&](std::string_view statement) {
      session->dialect().execute_raw(*session, statement);
    };
    while (!stop.stop_requested()) {
      run(session->dialect().begin_write());
      run("INSERT INTO moves (id, account) VALUES (" + std::to_string(moves + 1) + ", 1)");
      run("UPDATE accounts SET balance = balance - 1 WHERE id = 1");
      run("UPDATE accounts SET balance = balance + 1 WHERE id = 2");
      session->dialect().commit(*session);
      ++moves;
      moves.notify_all();
    }
  });
  const auto wait_for_writes = [&] {
    const int from = moves;
    for (int now = from; now < from + 20; now = moves) moves.wait(now);
  };

  wait_for_writes();
  const int before = moves;
  const auto manifest = fixture.backup();
  const int after = moves;
  wait_for_writes();  // it goes on
  writer.request_stop();
  writer.join();
  fixture.restore();

  const auto rows_of_moves = manifest.tables.at(1).rows;
  CHECK(rows_of_moves >= static_cast<std::uint64_t>(before));
  CHECK(rows_of_moves <= static_cast<std::uint64_t>(after) + 1);
  CHECK(rows(fixture.target.url(),
             "SELECT CAST(COUNT(*) AS TEXT), CAST(MAX(id) AS TEXT) FROM moves") ==
        std::to_string(rows_of_moves) + "|" + std::to_string(rows_of_moves));
  const auto moved = static_cast<std::int64_t>(rows_of_moves);
  CHECK(rows(fixture.target.url(), "SELECT CAST(balance AS TEXT) FROM accounts ORDER BY id") ==
        std::to_string(100 - moved) + " / " + std::to_string(moved));
}

TEST_CASE_TEMPLATE("the manifest names the revisions at the heads of the history", Backend, Sqlite,
                   Postgres) {
  Fixture<Backend> fixture;
  const auto session = db::open_session(db::Url::parse(fixture.source.url()),
                                        tests::database_settings(fixture.source.url()));
  migrate::History history(*session, migrate::TableName("notes_migrate"), {"tester", "1"},
                           fixture.clock);
  history.prepare();
  const auto add = [&](std::string id, std::vector<std::string> parents) {
    migrate::Migration migration;
    migration.revision = std::move(id);
    migration.down_revisions = std::move(parents);
    history.add(migration, "", migrate::EventKind::upgrade, {});
  };
  add("aaaa11112222", {});
  add("cccc11112222", {"aaaa11112222"});
  add("bbbb11112222", {"aaaa11112222"});
  CHECK(fixture.backup().revisions == std::vector<std::string>{"bbbb11112222", "cccc11112222"});
  CHECK(fixture.restore().revisions == std::vector<std::string>{"bbbb11112222", "cccc11112222"});
}

TEST_CASE("a SQLite database that is open elsewhere sees what is restored over it") {
  Fixture<Sqlite> fixture;
  fixture.fill();
  fixture.backup();
  execute(fixture.target.url(), {"CREATE TABLE old (id INTEGER)"});
  const auto open = db::open_session(db::Url::parse(fixture.target.url()),
                                     tests::database_settings(fixture.target.url()));
  db::query(*open, "SELECT CAST(id AS TEXT) FROM old");
  fixture.restore(Overwrite::yes);
  CHECK(db::query(*open, "SELECT name FROM accounts WHERE id = 2").at(0).at(0) == "b");
}

TEST_CASE("a backup of one engine is refused by the other, and memory by both") {
  Fixture<Sqlite> fixture;
  fixture.fill();
  fixture.backup();
  const Postgres postgres;
  CHECK_THROWS_WITH_AS(
      transfer::restore(place_of(postgres.url()), fixture.file, Overwrite::yes, fixture.clock, {}),
      doctest::Contains("is a backup of sqlite"), Error);
  CHECK_THROWS_AS(transfer::backup(place_of("sqlite::memory:"), fixture.file, fixture.clock, {}),
                  Error);
  CHECK_THROWS_WITH_AS(
      transfer::backup(place_of("sqlite:" + (fixture.directory.path() / "none.db").string()),
                       fixture.file, fixture.clock, {}),
      doctest::Contains("there is no such database"), Error);
  CHECK_FALSE(std::filesystem::exists(fixture.directory.path() / "none.db"));
}

TEST_CASE("the password is in no command line, and in no message") {
  const tests::TemporaryDirectory directory;
  const Postgres postgres;
  const auto bin = directory.path() / "bin";
  const auto log = (directory.path() / "log").string();
  directory.write("bin/pg_dump", "#!/bin/sh\necho \"$@\" > '" + log +
                                     "'\necho \"no such thing: $PGPASSWORD\" >&2\nexit 1\n");
  std::filesystem::permissions(bin / "pg_dump", std::filesystem::perms::owner_all);
  auto place = place_of(postgres.url());
  place.variables["PATH"] = bin.string() + ":/usr/bin:/bin";
  tests::ManualClock clock{Timestamp()};
  try {
    transfer::backup(place, directory.path() / "f.backup", clock, {});
    FAIL("went on");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::statement_failed);
    CHECK(std::string(error.what()) == "no such thing: ***");
  }
  const auto url = postgres.url();
  const auto at = url.find('@');
  const auto colon = url.rfind(':', at);
  const auto password = url.substr(colon + 1, at - colon - 1);
  REQUIRE(password.size() > 8);
  const auto command_line = tests::read_file(log);
  CHECK(command_line.find("--snapshot=") != std::string::npos);
  CHECK(command_line.find(password) == std::string::npos);
  CHECK_FALSE(std::filesystem::exists(directory.path() / "f.backup"));
}

}  // namespace
}  // namespace notes::transfer
