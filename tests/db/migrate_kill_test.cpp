#include <csignal>
#include <cstdlib>
#include <functional>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/migrate_workshop.hpp"

using namespace notes;
using namespace notes::tests;

namespace {

/// Kills its own process at the n-th event: before a statement, between a statement and its commit,
/// and behind the commit of a migration.
struct Killer final : migrate::Observer {
  void statement_started(const migrate::StepView&, const sql::Statement&) override { event(); }
  void statement_finished(const migrate::StepView&, const sql::Statement&) override { event(); }
  void step_finished(const migrate::StepView&, std::chrono::milliseconds) override { event(); }
  void event() {
    if (++events == fatal) ::raise(SIGKILL);
  }

  unsigned fatal = 0;
  unsigned events = 0;
};

enum class End { finished, killed };

/// Upgrades in a process of its own, which `fatal` (0: none) or, when it is over, `patience` kills.
template <typename Backend>
End upgrade_in_child(Workshop<Backend>& work, unsigned fatal,
                     std::chrono::milliseconds patience = std::chrono::minutes(2)) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Killer killer;
    killer.fatal = fatal;
    auto settings = work.settings;
    settings.directory = work.folder.path();
    migrate::Migrator migrator(db::Url::parse(work.backend.url()),
                               database_settings(work.backend.url()), settings, work.clock, killer);
    migrator.upgrade(migrate::parse_revision_spec("head"));
    ::_exit(0);  // nothing of the test's own is undone here
  }
  pollfd ended{
      .fd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0)), .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, static_cast<int>(patience.count())) == 0) ::kill(child, SIGKILL);
  ::close(ended.fd);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) {
    CHECK(WTERMSIG(status) == SIGKILL);
    return End::killed;
  }
  CHECK(WEXITSTATUS(status) == 0);
  return End::finished;
}

using Section = std::pair<std::string_view, std::string_view>;  // behind "migrate:up", and its SQL

constexpr std::string_view kAlone = " transaction:false";

const std::vector<Section> kSqliteParts{
    {"", "CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER NOT NULL, s TEXT);"},
    {"",
     "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
     "INSERT INTO t SELECT i, i, 's' || i FROM n;"},
    {"",
     "CREATE TABLE c (id INTEGER PRIMARY KEY, t INTEGER REFERENCES t (id) ON DELETE CASCADE);\n"
     "INSERT INTO c SELECT id, id FROM t;"},
    {kAlone, "UPDATE t SET x = x + 1 WHERE id <= 2500;\nUPDATE t SET x = x + 1 WHERE id > 2500;"},
    {"",
     "CREATE TABLE t_new (id INTEGER PRIMARY KEY, x BIGINT NOT NULL, s TEXT NOT NULL);\n"
     "INSERT INTO t_new SELECT id, x, s FROM t;\nDROP TABLE t;\n"
     "ALTER TABLE t_new RENAME TO t;"},
    {kAlone,
     "CREATE INDEX t_x ON t (x);\nINSERT INTO t VALUES (6000, 1, 'late');\n"
     "DELETE FROM c WHERE id = 1;\nDELETE FROM t WHERE id = 1 AND x = 2;"},
    {kAlone, "ALTER TABLE t ADD COLUMN y INTEGER DEFAULT 7;\nUPDATE t SET y = y + 1;"},
};

const std::vector<Section> kPostgresqlParts{
    {"", "CREATE TABLE t (id BIGINT PRIMARY KEY, x INTEGER NOT NULL, s TEXT);"},
    {"", "INSERT INTO t SELECT i, i, 's' || i FROM generate_series(1, 5000) AS g (i);"},
    {kAlone, "CREATE INDEX CONCURRENTLY t_x ON t (x);"},
    {"", "CREATE TYPE mood AS ENUM ('a', 'b');"},
    {kAlone, "ALTER TYPE mood ADD VALUE 'c';\nALTER TYPE mood ADD VALUE 'd';"},
    {"", "CREATE TABLE e (m mood DEFAULT 'c');\nINSERT INTO e VALUES ('d');"},
    {"",
     "CREATE TABLE p (id INTEGER, d INTEGER) PARTITION BY RANGE (d);\n"
     "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);\n"
     "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);\n"
     "INSERT INTO p SELECT i, i FROM generate_series(0, 19) AS g (i);"},
    {kAlone, "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;"},
    {"", "ALTER TABLE t ADD CONSTRAINT t_positive CHECK (x > 0) NOT VALID;"},
    {kAlone, "ALTER TABLE t VALIDATE CONSTRAINT t_positive;"},
    {kAlone,
     "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_s ON t (s);\n"
     "CREATE INDEX CONCURRENTLY t_xs ON t (x, s);\nDROP INDEX CONCURRENTLY t_x;"},
    {kAlone,
     "UPDATE t SET x = x + 1 WHERE id <= 2500;\nUPDATE t SET x = x + 1 WHERE id > 2500;\n"
     "CREATE INDEX CONCURRENTLY t_late ON t (x DESC);\nUPDATE t SET x = x + 1;\n"
     "VACUUM t;\nDROP INDEX CONCURRENTLY t_late;"},
};

/// 30 migrations: the parts, and simple ones around them.
template <typename Backend>
void furnish(Workshop<Backend>& work) {
  const auto& parts = Backend::kEngine == db::Engine::sqlite ? kSqliteParts : kPostgresqlParts;
  std::string parent;
  for (std::size_t number = 0; number < 30; ++number) {
    const auto id = fmt::format("r{:03}", number);
    std::string text = fmt::format("-- revision: {}\n-- down_revision: {}\n", id, parent);
    if (number < parts.size()) {
      text += fmt::format("-- migrate:up{}\n{}\n", parts[number].first, parts[number].second);
    } else {
      text += fmt::format(
          "-- migrate:up\nCREATE TABLE u{0} (x INTEGER);\nINSERT INTO u{0} VALUES ({0});\n"
          "-- migrate:up transaction:false\nUPDATE t SET x = x + 1 WHERE id = {0};\n",
          number);
    }
    work.folder.write(id + ".sql", text);
    parent = id;
  }
}

/// Catalog and rows, one thing a line.
template <typename Backend>
std::vector<std::string> state_of(Workshop<Backend>& work) {
  auto lines = schema_of(work.backend.url());
  std::vector<std::string> questions{
      "SELECT CAST(count(*) AS TEXT) || ' ' || CAST(sum(x) AS TEXT) || ' ' || "
      "CAST(sum(x * id) AS TEXT) FROM t",
      "SELECT CAST(count(*) AS TEXT) FROM notes_migrate",
      "SELECT CAST(count(*) AS TEXT) FROM notes_migrate_journal",
      "SELECT CAST(count(*) AS TEXT) FROM notes_migrate_events WHERE kind = 'upgrade'"};
  if (Backend::kEngine == db::Engine::sqlite) {
    questions.emplace_back("SELECT CAST(count(*) AS TEXT) || CAST(sum(t) AS TEXT) FROM c");
  } else {
    questions.emplace_back("SELECT CAST(enumlabel AS TEXT) FROM pg_enum ORDER BY enumsortorder");
    questions.emplace_back(
        "SELECT CAST(CAST(inhrelid AS REGCLASS) AS TEXT) || "
        "CAST(inhdetachpending AS TEXT) FROM pg_inherits ORDER BY 1");
    questions.emplace_back("SELECT CAST(count(*) AS TEXT) FROM pg_index WHERE NOT indisvalid");
    questions.emplace_back("SELECT CAST(m AS TEXT) FROM e");
  }
  for (const auto& question : questions) {
    for (auto& value : work.values(question)) lines.push_back(std::move(value));
  }
  return lines;
}

template <typename Backend>
std::vector<std::string> undisturbed() {
  Workshop<Backend> work;
  furnish(work);
  work.upgrade();
  return state_of(work);
}

/// For runs of many minutes: KILL_TEST=full.
bool full() {
  const char* wanted = ::getenv("KILL_TEST");
  return wanted != nullptr && std::string_view(wanted) == "full";
}

}  // namespace

TEST_CASE_TEMPLATE("killed again and again at the edges of statements, an upgrade is completed",
                   Backend, Sqlite, Postgres) {
  const auto expected = undisturbed<Backend>();
  Workshop<Backend> work;
  furnish(work);
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same kills in every run
  std::uniform_int_distribution<unsigned> event(1, 16);
  unsigned kills = 0;
  while (upgrade_in_child(work, event(random)) == End::killed) ++kills;
  CHECK(kills >= 12);
  CHECK(state_of(work) == expected);
}

TEST_CASE_TEMPLATE("killed inside statements, an upgrade is completed", Backend, Sqlite, Postgres) {
  const auto expected = undisturbed<Backend>();
  std::mt19937 random(2);  // NOLINT(cert-msc51-cpp)
  std::uniform_int_distribution<int> moment(20, 400);
  unsigned kills = 0;
  for (const unsigned wanted = full() ? 100 : 2; kills < wanted;) {
    Workshop<Backend> work;
    furnish(work);
    while (upgrade_in_child(work, 0, std::chrono::milliseconds(moment(random))) == End::killed)
      ++kills;
    REQUIRE(state_of(work) == expected);
  }
}

TEST_CASE_TEMPLATE("killed at any edge of any statement, one upgrade completes it", Backend, Sqlite,
                   Postgres) {
  const auto expected = undisturbed<Backend>();
  // Behind the first and within the longest of the parts; all of them in the full form.
  const unsigned stride = full() ? 1 : 18;
  for (unsigned fatal = full() ? 1 : 5; full() || fatal < 60; fatal += stride) {
    CAPTURE(fatal);
    Workshop<Backend> work;
    furnish(work);
    if (upgrade_in_child(work, fatal) == End::finished) break;
    REQUIRE(upgrade_in_child(work, 0) == End::finished);
    REQUIRE(state_of(work) == expected);
  }
}
