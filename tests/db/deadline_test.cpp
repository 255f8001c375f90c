#include "base/deadline.hpp"

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <doctest/doctest.h>
#include <soci/soci.h>

#include "db/database.hpp"
#include "db/dialect.hpp"
#include "db/session.hpp"
#include "support/database.hpp"

namespace notes::db {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;
using tests::execute;
using tests::OpenDatabase;
using tests::Postgres;
using tests::Sqlite;

/// Runs for many minutes when it is let.
template <typename Backend>
constexpr std::string_view kEndless =
    Backend::kEngine == Engine::postgresql
        ? "SELECT pg_sleep(1000)"
        : "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1e12) "
          "SELECT count(*) FROM c";

config::DatabaseSettings patient(
    std::optional<std::chrono::milliseconds> statement_timeout = 10min) {
  config::DatabaseSettings settings;
  settings.busy_timeout = 10min;
  settings.statement_timeout = statement_timeout;
  return settings;
}

/// The code that the call ends with, which has to end well before it would by itself.
template <typename Call>
std::optional<ErrorCode> code_of(Call call) {
  const auto began = Steady::now();
  std::optional<ErrorCode> code;
  try {
    call();
  } catch (const Error& error) {
    CAPTURE(error.what());
    code = error.code();
  }
  CHECK(Steady::now() - began < 30s);
  return code;
}

int count_rows(Session& session) {
  int count = -1;
  session.soci() << "SELECT count(*) FROM t", soci::into(count);
  return count;
}

template <typename Backend>
void run_endless(Session& session) {
  session.soci() << std::string(kEndless<Backend>);
}

/// Lets the thread's deadline pass.
void outlast_deadline() {
  while (!overdue()) std::this_thread::yield();
}

}  // namespace

TEST_CASE_TEMPLATE("a statement ends with its request's deadline, and the database goes on",
                   Backend, Sqlite, Postgres) {
  OpenDatabase<Backend> open(patient());
  execute(open.backend.url(), {"CREATE TABLE t (id INTEGER)"});
  CHECK(code_of([&] {
          const DeadlineScope scope(Steady::now() + 100ms);
          open.database.read([](Session& session) {
            run_endless<Backend>(session);
            return 0;
          });
        }) == ErrorCode::deadline_exceeded);
  CHECK(code_of([&] {
          const DeadlineScope scope(Steady::now() + 100ms);
          open.database.transact([](Session& session) {
            session.soci() << "INSERT INTO t VALUES (1)";
            run_endless<Backend>(session);
          });
        }) == ErrorCode::deadline_exceeded);
  CHECK(open.database.read(count_rows) == 0);
  open.database.transact([](Session& session) { session.soci() << "INSERT INTO t VALUES (2)"; });
  CHECK(open.database.read(count_rows) == 1);
}

TEST_CASE("what the deadline cut off does not go on in the server") {
  OpenDatabase<Postgres> open(patient());
  CHECK(code_of([&] {
          const DeadlineScope scope(Steady::now() + 100ms);
          open.database.read([](Session& session) {
            run_endless<Postgres>(session);
            return 0;
          });
        }) == ErrorCode::deadline_exceeded);
  const auto running = [](Session& session) {
    int count = -1;
    session.soci() << "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                      "AND query LIKE '%pg_sleep(1000)' AND pid <> pg_backend_pid()",
        soci::into(count);
    return count;
  };
  const auto deadline = Steady::now() + 20s;
  while (open.database.read(running) > 0 && Steady::now() < deadline) std::this_thread::yield();
  CHECK(open.database.read(running) == 0);
}

TEST_CASE_TEMPLATE("nothing is committed after the deadline", Backend, Sqlite, Postgres) {
  OpenDatabase<Backend> open(patient());
  execute(open.backend.url(), {"CREATE TABLE t (id INTEGER)"});
  CHECK(code_of([&] {
          const DeadlineScope scope(Steady::now() + 50ms);
          open.database.transact([](Session& session) {
            session.soci() << "INSERT INTO t VALUES (1)";
            outlast_deadline();
          });
        }) == ErrorCode::deadline_exceeded);
  CHECK(open.database.read(count_rows) == 0);
}

TEST_CASE_TEMPLATE("a wait for somebody else's lock ends with the deadline", Backend, Sqlite,
                   Postgres) {
  OpenDatabase<Backend> open(patient());
  execute(open.backend.url(), {"CREATE TABLE t (id INTEGER)"});
  const auto other = open_session(Url::parse(open.backend.url()), patient());
  other->dialect().execute_raw(*other, other->dialect().begin_write());
  if (Backend::kEngine == Engine::postgresql) other->dialect().execute_raw(*other, "LOCK TABLE t");
  CHECK(code_of([&] {
          const DeadlineScope scope(Steady::now() + 100ms);
          open.database.transact(
              [](Session& session) { session.soci() << "INSERT INTO t VALUES (1)"; });
        }) == ErrorCode::deadline_exceeded);
  other->dialect().execute_raw(*other, "ROLLBACK");
  open.database.transact([](Session& session) { session.soci() << "INSERT INTO t VALUES (2)"; });
  CHECK(open.database.read(count_rows) == 1);
}

TEST_CASE_TEMPLATE("a statement has its own limit, also without a deadline", Backend, Sqlite,
                   Postgres) {
  OpenDatabase<Backend> open(patient(100ms));
  for (int i = 0; i < 2; ++i) {
    CHECK(code_of([&] {
            open.database.read([](Session& session) {
              run_endless<Backend>(session);
              return 0;
            });
          }) == ErrorCode::deadline_exceeded);
    CHECK(open.database.read([](Session& session) {
      int one = 0;
      session.soci() << "SELECT 1", soci::into(one);
      return one;
    }) == 1);
  }
}

TEST_CASE_TEMPLATE("a wait for a session ends with the deadline", Backend, Sqlite, Postgres) {
  auto settings = patient();
  settings.pool_size = 1;
  settings.max_overflow = 0;
  settings.acquire_timeout = 10min;
  OpenDatabase<Backend> open(settings);
  std::promise<void> lent;
  std::promise<void> done;
  std::jthread holder([&] {
    open.database.transact([&](Session&) {
      lent.set_value();
      done.get_future().wait();
    });
  });
  lent.get_future().wait();
  CHECK(code_of([&] {
          const DeadlineScope scope(Steady::now() + 50ms);
          open.database.transact([](Session&) {});
        }) == ErrorCode::overloaded);
  done.set_value();
  holder.join();
  open.database.transact([](Session&) {});
}

TEST_CASE("a kept statement outlives a change of its table's types") {
  struct Ids {
    explicit Ids(Session& session)
        : statement((session.soci().prepare << "SELECT id FROM t", soci::into(id))) {}
    long long id = 0;
    soci::statement statement;
  };
  const auto kept_id = [](Session& session) {
    auto& kept = session.kept<Ids>();
    kept.statement.execute(true);
    return kept.id;
  };
  OpenDatabase<Postgres> open(patient());
  execute(open.backend.url(), {"CREATE TABLE t (id INTEGER)", "INSERT INTO t VALUES (7)"});
  CHECK(open.database.read(kept_id) == 7);
  execute(open.backend.url(), {"ALTER TABLE t ALTER COLUMN id TYPE BIGINT"});
  CHECK(open.database.read(kept_id) == 7);
  execute(open.backend.url(), {"ALTER TABLE t ALTER COLUMN id TYPE INTEGER"});
  CHECK(open.database.transact(kept_id) == 7);
  CHECK(open.database.transact(kept_id) == 7);
}

}  // namespace notes::db
