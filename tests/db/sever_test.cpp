#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "db/database.hpp"
#include "db/dialect.hpp"
#include "db/query.hpp"
#include "support/database.hpp"

namespace notes::db {
namespace {

using namespace std::chrono_literals;
using tests::execute;
using tests::OpenDatabase;
using tests::Postgres;
using tests::Sqlite;

constexpr std::string_view kTable = "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)";

template <typename Backend>
std::unique_ptr<Session> session_of(const OpenDatabase<Backend>& open) {
  return open_session(Url::parse(open.backend.url()), config::DatabaseSettings{});
}

std::string count(Database& database) {
  return database.read([](Session& session) {
    return query(session, "SELECT CAST(count(*) AS TEXT) FROM t").at(0).at(0).value_or("");
  });
}

template <typename Work>
std::optional<ErrorCode> code_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    CAPTURE(error.what());
    return error.code();
  }
  return std::nullopt;
}

/// Long enough to be over only by force.
template <typename Backend>
std::string endless() {
  if (Backend::kEngine == Engine::postgresql) return "SELECT CAST(pg_sleep(300) AS TEXT)";
  return "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "
         "SELECT CAST(max(n) AS TEXT) FROM c";
}

TEST_CASE_TEMPLATE("a disconnect ends the calls that hang, and later ones are served", Backend,
                   Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(), {kTable});
  std::atomic<int> attempts = 0;
  std::optional<ErrorCode> code;
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
  std::jthread hanging([&] {
    code = code_of([&] {
      open.database.transact([&](Session& session) {
        query(session, "INSERT INTO t (id) VALUES (1)");
        ++attempts;
        attempts.notify_all();
        query(session, endless<Backend>());
      });
    });
    const std::lock_guard lock(mutex);
    over = true;
    changed.notify_all();
  });
  attempts.wait(0);
  {
    std::unique_lock lock(mutex);
    // SQLite interrupts what runs, which the statement may not do yet.
    do open.database.disconnect();
    while (!changed.wait_for(lock, 10ms, [&] { return over; }));
  }
  CHECK(code == ErrorCode::unreachable);
  CHECK(attempts == 1);
  CHECK(count(open.database) == "0");
  open.database.transact([](Session& session) { query(session, "INSERT INTO t (id) VALUES (2)"); });
  CHECK(count(open.database) == "1");
}

TEST_CASE_TEMPLATE("nothing is committed on a session that was severed before", Backend, Sqlite,
                   Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(), {kTable});
  int attempts = 0;
  CHECK(code_of([&] {
          open.database.transact([&](Session& session) {
            ++attempts;
            query(session, "INSERT INTO t (id) VALUES (1)");
            open.database.disconnect();
          });
        }) == ErrorCode::unreachable);
  CHECK(attempts == 1);
  CHECK(count(open.database) == "0");
}

TEST_CASE("a transaction that waits longer than its limit between two statements is ended") {
  OpenDatabase<Postgres> open;
  execute(open.backend.url(), {kTable});
  const auto other = session_of(open);
  int attempts = 0;
  open.database.transact(
      [&](Session& session) {
        query(session, "INSERT INTO t (id) VALUES (1)");
        // Waits for the first attempt's row lock, which nobody but the server gives up.
        if (++attempts == 1) query(*other, "INSERT INTO t (id) VALUES (1)");
        if (attempts == 1) query(*other, "DELETE FROM t");
        query(session, "INSERT INTO t (id) VALUES (2)");
      },
      {.idle_limit = 100ms});
  CHECK(attempts == 2);
  CHECK(count(open.database) == "2");
  // It was the transaction's own, not the session's.
  CHECK(open.database.read([](Session& session) {
    return query(session, "SHOW idle_in_transaction_session_timeout").at(0).at(0).value_or("");
  }) == "0");
}

TEST_CASE_TEMPLATE("the database's clock can be moved and compared", Backend, Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  const auto session = session_of(open);
  const auto& dialect = session->dialect();
  const auto row = query(*session, "SELECT CAST(" + dialect.clock_after(0ms) + " AS TEXT), CAST(" +
                                       dialect.clock_after(1500ms) + " AS TEXT), CAST(" +
                                       dialect.clock_after(-24h) + " AS TEXT)")
                       .at(0);
  const auto now = *Timestamp::parse(*row[0]);
  const auto later = *Timestamp::parse(*row[1]);
  const auto yesterday = *Timestamp::parse(*row[2]);
  CHECK(std::chrono::abs(now - SystemClock().now()) < 5s);
  CHECK(later - now >= 1500ms);
  CHECK(later - now < 2s);
  CHECK(now - yesterday <= 24h);
  CHECK(now - yesterday > 24h - 1s);
  if (Backend::kEngine == Engine::sqlite) CHECK(*row[0] == to_string(now));
}

TEST_CASE_TEMPLATE("what is told is heard after its commit, where something can be heard", Backend,
                   Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  const auto listener = session_of(open);
  const auto& dialect = listener->dialect();
  const bool listens = dialect.listen(*listener, "a channel");
  CHECK(listens == (Backend::kEngine == Engine::postgresql));
  open.database.transact([&](Session& session) {
    dialect.notify(session, "a channel");
    if (listens) CHECK_FALSE(dialect.heard(*listener, 0ms));
  });
  if (!listens) return;
  CHECK(dialect.heard(*listener, 10s));
  CHECK_FALSE(dialect.heard(*listener, 0ms));
  listener->sever();
  CHECK_FALSE(dialect.heard(*listener, 10s));
}

TEST_CASE("who listens on a connection that the server ended is told so") {
  OpenDatabase<Postgres> open;
  const auto listener = session_of(open);
  REQUIRE(listener->dialect().listen(*listener, "c"));
  execute(open.backend.url(), {"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                               "WHERE datname = current_database() AND pid <> pg_backend_pid()"});
  CHECK(code_of([&] { listener->dialect().heard(*listener, 10s); }) == ErrorCode::unreachable);
}

struct Insert : PreparedQuery {
  explicit Insert(Session& session)
      : PreparedQuery(session, "INSERT INTO t (id, v) VALUES (:p0, :p1) RETURNING v", 2, 1) {}
};

struct Update : PreparedQuery {
  explicit Update(Session& session)
      : PreparedQuery(session, "UPDATE t SET v = :p0 WHERE id >= :p1", 2, 0) {}
};

TEST_CASE_TEMPLATE("a kept query gives rows, NULLs and counts, also after it failed", Backend,
                   Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(), {kTable});
  const auto session = session_of(open);
  auto& insert = session->template kept<Insert>();
  CHECK(insert.run({"1", "하나: :p1"}) == std::vector<std::vector<Text>>{{"하나: :p1"}});
  CHECK(insert.run({"2", std::nullopt}) == std::vector<std::vector<Text>>{{std::nullopt}});
  CHECK(code_of([&] { insert.run({"2", "again"}); }) == ErrorCode::conflict);
  CHECK(insert.run({"3", ""}) == std::vector<std::vector<Text>>{{""}});
  auto& update = session->template kept<Update>();
  CHECK(update.change({"x", "2"}) == 2);
  CHECK(update.change({"x", "9"}) == 0);
}

}  // namespace
}  // namespace notes::db
