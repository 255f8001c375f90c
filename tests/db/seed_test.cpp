#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "db/query.hpp"
#include "migrate/migrator.hpp"
#include "seed/runner.hpp"
#include "support/database.hpp"

namespace notes::seed {
namespace {

using tests::execute;
using tests::Postgres;
using tests::Sqlite;

constexpr auto kUsers =
    "CREATE TABLE users (id UUID NOT NULL PRIMARY KEY, email TEXT NOT NULL UNIQUE, active BOOLEAN, "
    "visits BIGINT, score NUMERIC(6,2), settings JSON, seen_at TIMESTAMPTZ, code TEXT)";
constexpr auto kPosts =
    "CREATE TABLE posts (slug TEXT NOT NULL PRIMARY KEY, owner_id UUID NOT NULL REFERENCES users "
    "(id), "
    "title VARCHAR(5) CHECK (title <> 'bad'))";

/// A database with two tables, a folder of seeds, and a clock.
template <typename Backend>
struct Fixture {
  Fixture() { execute(backend.url(), {kUsers, kPosts}); }

  void seed(std::string_view name, std::string_view yaml) {
    directory.write("dev/" + std::string(name), yaml);
  }

  Report run() {
    Observer ignore;
    return run(ignore, {});
  }

  Report run(Observer& observer, const std::stop_token& stop) {
    options.folder = directory.path();
    options.environment = "dev";
    options.author = {"tester@host", "1.2.3"};
    return seed::run(*session, options, clock, observer, stop);
  }

  /// What a run is refused with, without the folder in front; checks that the connection is still
  /// of use.
  std::string refusal(ErrorCode code) {
    try {
      run();
    } catch (const Error& error) {
      CHECK(error.code() == code);
      std::string text = error.what();
      const auto folder = (directory.path() / "dev").string() + "/";
      if (text.starts_with(folder)) text.erase(0, folder.size());
      CHECK_FALSE(session->dialect().in_transaction(*session));
      return text;
    }
    return "accepted";
  }

  /// The rows as "a|b / c|d", with "-" for NULL.
  std::string rows(const std::string& query) {
    std::string text;
    for (const auto& row : db::query(*session, query)) {
      if (!text.empty()) text += " / ";
      for (std::size_t at = 0; at < row.size(); ++at)
        text += (at ? "|" : "") + row[at].value_or("-");
    }
    return text;
  }

  Backend backend;
  tests::TemporaryDirectory directory;
  tests::ManualClock clock{*Timestamp::parse("2026-11-21T12:00:00Z")};
  Options options;
  std::unique_ptr<db::Session> session =
      db::open_session(db::Url::parse(backend.url()), tests::database_settings(backend.url()));
};

constexpr auto kAllOfUsers =
    "SELECT CAST(email AS TEXT), CAST(active AS TEXT), CAST(visits AS TEXT), CAST(score AS TEXT), "
    "CAST(settings AS TEXT), CAST(code AS TEXT) FROM users ORDER BY email";

constexpr auto kTwoUsers =
    "table: users\nkey: email\nrows:\n"
    "  - {id: 019B7000-0000-7000-8000-00000000000A, email: a@x, active: true, visits: 17, score: "
    "1.25,\n"
    "     settings: {json: {dark: true, size: 2}}, seen_at: \"2026-01-12T10:30:00+09:00\", code: "
    "007}\n"
    "  - {id: {generate: uuid}, email: 'b''@x', active: no, visits: ~, code: \"null\"}\n";

TEST_CASE_TEMPLATE("values keep their meaning on both databases", Backend, Sqlite, Postgres) {
  Fixture<Backend> fixture;
  fixture.seed("1.yaml", kTwoUsers);

  const auto report = fixture.run();

  CHECK(report.files ==
        std::vector<FileReport>{{"1.yaml", Edition::first, {{.table = "users", .inserted = 2}}}});
  const bool sqlite = Backend::kEngine == db::Engine::sqlite;
  CHECK(fixture.rows(kAllOfUsers) ==
        (sqlite ? R"(a@x|1|17|1.25|{"dark":true,"size":2}|007 / b'@x|0|-|-|-|null)"
                : R"(a@x|true|17|1.25|{"dark":true,"size":2}|007 / b'@x|false|-|-|-|null)"));
  CHECK(fixture.rows("SELECT CAST(id AS TEXT) FROM users WHERE email = 'a@x'") ==
        "019b7000-0000-7000-8000-00000000000a");
  const auto seen =
      Timestamp::parse(fixture.rows("SELECT CAST(seen_at AS TEXT) FROM users WHERE email = 'a@x'"));
  CHECK(seen == Timestamp::parse("2026-01-12T01:30:00Z"));
}

TEST_CASE_TEMPLATE("a second run changes nothing and says so", Backend, Sqlite, Postgres) {
  Fixture<Backend> fixture;
  fixture.seed("1.yaml", kTwoUsers);
  fixture.run();
  const auto all = "SELECT CAST(id AS TEXT), CAST(seen_at AS TEXT) FROM users ORDER BY email";
  const auto history = "SELECT checksum, run_at, run_by, tool_version FROM notes_migrate_seeds";
  const auto before = fixture.rows(all);
  const auto recorded = fixture.rows(history);
  fixture.clock.advance(std::chrono::hours(1));

  for (const auto existing : {Existing::keep, Existing::update}) {
    fixture.options.existing = existing;
    const auto report = fixture.run();
    CHECK(report.files ==
          std::vector<FileReport>{{"1.yaml", Edition::same, {{.table = "users", .unchanged = 2}}}});
    CHECK_FALSE(report.changed());
    CHECK(fixture.rows(all) == before);
    CHECK(fixture.rows(history) == recorded);
  }
}

TEST_CASE_TEMPLATE("a row that is there stays as it is, and with force is set", Backend, Sqlite,
                   Postgres) {
  Fixture<Backend> fixture;
  execute(fixture.backend.url(), {"INSERT INTO users (id, email, visits, code) VALUES "
                                  "('00000000-0000-7000-8000-000000000009', 'b''@x', 99, 'old')"});
  fixture.seed("1.yaml", kTwoUsers);

  CHECK(fixture.run().tables() ==
        std::vector<TableCount>{{.table = "users", .inserted = 1, .unchanged = 1}});
  CHECK(fixture.rows("SELECT CAST(visits AS TEXT), code FROM users WHERE email LIKE 'b%'") ==
        "99|old");

  fixture.options.existing = Existing::update;
  CHECK(fixture.run().tables() ==
        std::vector<TableCount>{{.table = "users", .updated = 1, .unchanged = 1}});
  // Set, but for the id, which is generated: others may refer to it.
  CHECK(
      fixture.rows(
          "SELECT CAST(id AS TEXT), CAST(visits AS TEXT), code FROM users WHERE email LIKE 'b%'") ==
      "00000000-0000-7000-8000-000000000009|-|null");
}

TEST_CASE_TEMPLATE("references find their row by its natural key, also of an earlier section",
                   Backend, Sqlite, Postgres) {
  Fixture<Backend> fixture;
  fixture.seed("1.yaml",
               "- {table: users, key: email, rows: [{id: {generate: uuid}, email: a@x, code: c}]}\n"
               "- table: posts\n  key: slug\n  rows:\n"
               "    - {slug: first, owner_id: {ref: users, by: {email: a@x, visits: ~}}}\n"
               "    - {slug: {ref: users, by: {email: a@x}, column: code}, owner_id: {ref: users, "
               "by: {id: {ref: "
               "users, by: {code: c}}}}}\n");

  CHECK(fixture.run().tables() == std::vector<TableCount>{{.table = "users", .inserted = 1},
                                                          {.table = "posts", .inserted = 2}});
  CHECK(fixture.rows(
            "SELECT slug, email FROM posts JOIN users ON users.id = owner_id ORDER BY slug") ==
        "c|a@x / first|a@x");
}

TEST_CASE_TEMPLATE("what fails names its line, shows no value, and takes its file back", Backend,
                   Sqlite, Postgres) {
  Fixture<Backend> fixture;
  fixture.seed("1.yaml", kTwoUsers);
  const auto post = [&](std::string_view row) {
    fixture.seed(
        "2.yaml",
        "- table: users\n  key: email\n  rows: [{id: {generate: uuid}, email: c@x}]\n"
        "- table: posts\n  key: slug\n  rows:\n    - {slug: one, owner_id: {ref: users, by: "
        "{email: c@x}}}\n    - " +
            std::string(row) + "\n");
  };

  post("{slug: two, owner_id: s3cret}");
  auto text = fixture.refusal(Backend::kEngine == db::Engine::sqlite ? ErrorCode::usage
                                                                     : ErrorCode::statement_failed);
  CHECK(text.starts_with("2.yaml:8:"));
  CHECK(text.find("s3cret") == std::string::npos);
  post("{slug: two, owner_id: {ref: users, by: {email: s3cret}}}");
  CHECK(fixture.refusal(ErrorCode::not_found) == "2.yaml:8:29: no row of users has this email");
  post("{slug: two, owner_id: {ref: users, by: {seen_at: ~}}}");
  CHECK(fixture.refusal(ErrorCode::conflict) ==
        "2.yaml:8:29: more than one row of users has this seen_at");
  post("{slug: two, title: bad, owner_id: {ref: users, by: {email: c@x}}}");
  CHECK(fixture.refusal(ErrorCode::statement_failed).starts_with("2.yaml:8:7: "));
  post("{slug: one, owner_id: {ref: users, by: {email: c@x}}}");
  CHECK(fixture.refusal(ErrorCode::usage) == "2.yaml:8:7: a row with the same key stands above");
  post("{slug: two, titel: x}");
  CHECK(fixture.refusal(ErrorCode::usage) ==
        "2.yaml:8:26: posts has no column titel (did you mean 'title'?)");

  CHECK(fixture.rows("SELECT email FROM users ORDER BY email") == "a@x / b'@x");
  CHECK(fixture.rows("SELECT slug FROM posts").empty());
  CHECK(fixture.rows("SELECT environment, file FROM notes_migrate_seeds") == "dev|1.yaml");
}

TEST_CASE_TEMPLATE("a key without a unique index is refused, with the keys that would do", Backend,
                   Sqlite, Postgres) {
  Fixture<Backend> fixture;
  fixture.seed("1.yaml", "table: users\nkey: [code]\nrows: []\n");
  CHECK(fixture.refusal(ErrorCode::usage) ==
        "1.yaml:1:8: users: the key (code) needs a unique index over these columns, so that a "
        "second run "
        "finds the rows again; add one with a migration, or use one of (id), (email)");
  fixture.seed("1.yaml", "table: user\nkey: [code]\nrows: []\n");
  CHECK(
      fixture.refusal(ErrorCode::usage) ==
      "1.yaml:1:8: user: there is no such table (did you mean 'users'?); run the migrations first");
}

TEST_CASE_TEMPLATE("a dry run reports what would change and leaves nothing", Backend, Sqlite,
                   Postgres) {
  Fixture<Backend> fixture;
  fixture.seed("1.yaml", kTwoUsers);
  fixture.seed(
      "2.yaml",
      "table: posts\nkey: slug\nrows: [{slug: s, owner_id: {ref: users, by: {email: a@x}}}]");
  fixture.options.mode = Mode::dry_run;

  const auto report = fixture.run();

  CHECK(report.dry_run);
  CHECK(report.tables() == std::vector<TableCount>{{.table = "users", .inserted = 2},
                                                   {.table = "posts", .inserted = 1}});
  CHECK(fixture.rows("SELECT email FROM users").empty());
  try {
    fixture.rows("SELECT file FROM notes_migrate_seeds");
    FAIL("the table of seeds is there");
  } catch (const db::StatementError& error) {
    CHECK(error.failure() == db::Failure::missing);
  }
}

TEST_CASE_TEMPLATE("an edited file is told, and its checksum recorded per environment", Backend,
                   Sqlite, Postgres) {
  Fixture<Backend> fixture;
  fixture.seed("1.yaml", kTwoUsers);
  fixture.run();
  fixture.seed("1.yaml", std::string("# a comment\n") + kTwoUsers);

  CHECK(fixture.run().files.at(0).edition == Edition::edited);
  CHECK(fixture.run().files.at(0).edition == Edition::same);

  execute(fixture.backend.url(), {"UPDATE notes_migrate_seeds SET environment = 'staging'"});
  CHECK(fixture.run().files.at(0).edition == Edition::first);
  execute(fixture.backend.url(), {"UPDATE notes_migrate_seeds SET format = 2"});
  CHECK(fixture.refusal(ErrorCode::refused) ==
        "notes_migrate_seeds: written by a newer version of this tool (format 2, this one knows "
        "1); use that one");
}

struct StopAtSecondFile final : Observer {
  void file_started(std::string_view, std::size_t number, std::size_t count) override {
    CHECK(count == 2);
    if (number == 2) source.request_stop();
  }
  void file_finished(const FileReport& report) override { finished.push_back(report.file); }
  std::stop_source source;
  std::vector<std::string> finished;
};

TEST_CASE_TEMPLATE("a stopped run keeps the files that were finished, and no part of another",
                   Backend, Sqlite, Postgres) {
  Fixture<Backend> fixture;
  fixture.seed("1.yaml", "table: users\nkey: email\nrows: [{id: {generate: uuid}, email: a@x}]");
  fixture.seed("2.yaml", "table: users\nkey: email\nrows: [{id: {generate: uuid}, email: b@x}]");
  StopAtSecondFile observer;
  try {
    fixture.run(observer, observer.source.get_token());
    FAIL("went on");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::interrupted);
  }
  CHECK(observer.finished == std::vector<std::string>{"1.yaml"});
  CHECK(fixture.rows("SELECT email FROM users") == "a@x");
}

/// A lock that is lost while the second file runs.
struct LosesLock final : migrate::RunLock {
  void confirm(db::Session&) override {
    if (++asked == 2) throw Error(ErrorCode::locked, "lost");
  }
  int asked = 0;
};

TEST_CASE_TEMPLATE("a run that has lost its lock does not commit the file it is at", Backend,
                   Sqlite, Postgres) {
  Fixture<Backend> fixture;
  fixture.seed("1.yaml", "table: users\nkey: email\nrows: [{id: {generate: uuid}, email: a@x}]");
  fixture.seed("2.yaml", "table: users\nkey: email\nrows: [{id: {generate: uuid}, email: b@x}]");
  LosesLock lock;
  fixture.options.lock = &lock;
  CHECK(fixture.refusal(ErrorCode::locked) == "lost");
  CHECK(fixture.rows("SELECT email FROM users") == "a@x");
}

TEST_CASE_TEMPLATE("the project's own seeds fill the project's own schema", Backend, Sqlite,
                   Postgres) {
  const std::filesystem::path source = NOTES_SOURCE_DIR;
  Fixture<Backend> fixture;
  execute(fixture.backend.url(), {"DROP TABLE posts", "DROP TABLE users"});
  migrate::MigratorSettings migrations;
  migrations.directory = source / "migrations";
  migrate::Observer silent;
  migrate::Migrator(db::Url::parse(fixture.backend.url()),
                    tests::database_settings(fixture.backend.url()), migrations, fixture.clock,
                    silent)
      .upgrade(migrate::parse_revision_spec("head"));
  fixture.options.author = {"tester@host", "1.2.3"};
  fixture.options.folder = source / "seeds";
  fixture.options.variables = {{"NOTES_ADMIN_EMAIL", "chief@example.org"}};
  Observer ignore;
  const auto seed = [&](const char* environment) {
    fixture.options.environment = environment;
    return seed::run(*fixture.session, fixture.options, fixture.clock, ignore, {}).tables();
  };

  CHECK(seed("dev") == std::vector<TableCount>{{.table = "tags", .inserted = 2},
                                               {.table = "notes", .inserted = 5},
                                               {.table = "note_tags", .inserted = 3}});
  CHECK(seed("dev") == std::vector<TableCount>{{.table = "tags", .unchanged = 2},
                                               {.table = "notes", .unchanged = 5},
                                               {.table = "note_tags", .unchanged = 3}});
  CHECK(seed("prod") == std::vector<TableCount>{{.table = "users", .inserted = 1}});
  CHECK(seed("staging") == std::vector<TableCount>{{.table = "users", .unchanged = 1}});
  CHECK(fixture.rows("SELECT email, display_name, role FROM users WHERE role = 'admin'") ==
        "chief@example.org|Administrator|admin");
  CHECK(fixture.rows("SELECT title FROM notes WHERE title LIKE '%회의록%'") ==
        "주간 회의록 (1월 2주차)");
}

}  // namespace
}  // namespace notes::seed
