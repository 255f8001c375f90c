#include <barrier>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <soci/soci.h>

#include "db/database.hpp"
#include "db/dialect.hpp"
#include "db/session.hpp"
#include "support/database.hpp"
#include "support/postgres_cluster.hpp"

namespace notes::db {
namespace {

using tests::execute;
using tests::OpenDatabase;
using tests::Postgres;

constexpr std::string_view kTerminateOthers =
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()";

int count_rows(Session& session) {
  int count = -1;
  session.soci() << "SELECT count(*) FROM t", soci::into(count);
  return count;
}

void insert_row(Session& session) { session.soci() << "INSERT INTO t VALUES (1)"; }

struct KeptCount {
  explicit KeptCount(Session& session)
      : statement((session.soci().prepare << "SELECT count(*) FROM t", soci::into(count))) {}
  int count = 0;
  soci::statement statement;
};

int kept_count(Session& session) {
  auto& kept = session.kept<KeptCount>();
  kept.statement.execute(true);
  return kept.count;
}

TEST_CASE("terminated connections are replaced without the caller noticing") {
  OpenDatabase<Postgres> open;
  execute(open.backend.url(), {"CREATE TABLE t (id INTEGER)"});
  CHECK(open.database.read(kept_count) == 0);
  execute(open.backend.url(), {kTerminateOthers});
  CHECK(open.database.read(kept_count) == 0);
  execute(open.backend.url(), {kTerminateOthers});
  open.database.transact(insert_row);
  execute(open.backend.url(), {kTerminateOthers});
  CHECK(open.database.read(kept_count) == 1);
}

TEST_CASE("a connection lost in the middle of a transaction runs its work again on another") {
  OpenDatabase<Postgres> open;
  execute(open.backend.url(), {"CREATE TABLE t (id INTEGER)"});
  int attempts = 0;
  open.database.transact([&](Session& session) {
    insert_row(session);
    if (++attempts == 1) execute(open.backend.url(), {kTerminateOthers});
    insert_row(session);
  });
  CHECK(attempts == 2);
  CHECK(open.database.read(count_rows) == 2);
}

TEST_CASE("a connection lost before the commit's answer leaves the outcome open and says so") {
  OpenDatabase<Postgres> open;
  execute(open.backend.url(), {"CREATE TABLE t (id INTEGER)"});
  int attempts = 0;
  try {
    open.database.transact([&](Session& session) {
      ++attempts;
      insert_row(session);
      execute(open.backend.url(), {kTerminateOthers});
    });
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unreachable);
    CHECK(std::string(error.what()).find("whether the transaction was committed is not known") !=
          std::string::npos);
  }
  CHECK(attempts == 1);
  CHECK(open.database.read(count_rows) == 0);
}

TEST_CASE("a prepared statement that the server's session forgot is prepared on another") {
  config::DatabaseSettings settings;
  settings.pool_size = 1;
  settings.max_overflow = 0;
  OpenDatabase<Postgres> open(settings);
  execute(open.backend.url(), {"CREATE TABLE t (id INTEGER)"});
  CHECK(open.database.read(kept_count) == 0);
  open.database.read([](Session& session) {
    session.soci() << "DEALLOCATE ALL";
    return 0;
  });
  CHECK(open.database.read(kept_count) == 0);
}

TEST_CASE("a database that was restarted is found again, and one that is down is unreachable") {
  tests::PostgresCluster cluster;
  tests::Quiet quiet;
  Database database(tests::database_settings(cluster.url()), quiet.logger, quiet.metrics);
  database.transact([](Session& session) { session.soci() << "CREATE TABLE t (id INTEGER)"; });
  {
    // Two sessions at once, so that more than one is dead after the restart.
    std::barrier both(2);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        database.read([&](Session& session) {
          both.arrive_and_wait();
          return kept_count(session);
        });
      });
    }
  }

  cluster.control("restart");
  CHECK(database.read(kept_count) == 0);
  cluster.control("restart");
  database.transact(insert_row);
  CHECK(database.read(kept_count) == 1);

  cluster.control("stop");
  std::optional<ErrorCode> code;
  try {
    database.read(kept_count);
  } catch (const Error& error) {
    code = error.code();
  }
  CHECK(code == ErrorCode::unreachable);
  cluster.control("start");
  CHECK(database.read(kept_count) == 1);
}

}  // namespace
}  // namespace notes::db
