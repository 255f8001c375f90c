#include <algorithm>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "db/migrate_workshop.hpp"

using namespace notes;
using namespace notes::tests;
using namespace std::chrono_literals;

namespace {

/// A session that holds the table `a` in a transaction.
struct Holder {
  explicit Holder(const std::string& url)
      : session(db::open_session(db::Url::parse(url + "?application_name=reporting"), {})) {
    run("BEGIN");
    run("LOCK TABLE a IN ACCESS EXCLUSIVE MODE");
    pid = *db::query(*session, "SELECT CAST(pg_backend_pid() AS TEXT)").at(0).at(0);
    run("SELECT 'the report'");
  }
  void run(std::string_view statement) { session->dialect().execute_raw(*session, statement); }

  std::unique_ptr<db::Session> session;
  std::string pid;
};

void furnish(Workshop<Postgres>& work) {
  work.folder.write("a1.sql", migration("a1aa", "", "CREATE TABLE a (x INTEGER);"));
  work.upgrade();
  work.folder.write("b2.sql", migration("b2bb", "a1aa", "ALTER TABLE a ADD COLUMN y INTEGER;"));
  work.settings.runner.lock_timeout = 500ms;
  work.settings.runner.lock_retries = 1;
}

}  // namespace

TEST_CASE("a lock that is not obtained names who holds it, with what and for how long") {
  Workshop<Postgres> work;
  furnish(work);
  const Holder holder(work.backend.url());
  try {
    work.upgrade();
    FAIL("no error");
  } catch (const migrate::MigrationFailure& failure) {
    CHECK(failure.code() == ErrorCode::locked);
    const auto& blocker = failure.details().blocker;
    CAPTURE(blocker);
    CHECK(blocker.starts_with("PostgreSQL session " + holder.pid +
                              " (reporting of notes_test, idle in transaction), for 00:00:0"));
    CHECK(blocker.find("with: SELECT 'the report';") != std::string::npos);
    CHECK(std::string(failure.what()).find("\n  blocked by: " + blocker) != std::string::npos);
  }
  REQUIRE(work.observer.notes.size() == 1);
  CHECK(work.observer.notes[0].find("blocked by PostgreSQL session " + holder.pid) !=
        std::string::npos);
}

TEST_CASE("a lock that is given back between two attempts is obtained by the next") {
  Workshop<Postgres> work;
  furnish(work);
  work.settings.runner.lock_retries = 5;
  Holder holder(work.backend.url());
  struct Releaser final : migrate::Observer {
    void noted(std::string_view) override { holder->run("ROLLBACK"); }
    Holder* holder = nullptr;
  } releaser;
  releaser.holder = &holder;
  auto settings = work.settings;
  settings.directory = work.folder.path();
  migrate::Migrator migrator(db::Url::parse(work.backend.url()),
                             database_settings(work.backend.url()), settings, work.clock, releaser);
  CHECK(ids(migrator.upgrade(migrate::parse_revision_spec("head"))) ==
        std::vector<std::string>{"b2bb"});
}
