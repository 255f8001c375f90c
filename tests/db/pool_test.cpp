#include "db/pool.hpp"

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <soci/soci.h>

#include "base/error.hpp"
#include "support/database.hpp"

namespace notes::db {
namespace {

using namespace std::chrono_literals;
using tests::execute;
using tests::Postgres;
using tests::Sqlite;

/// A pool over a fresh database that counts the connections it opens.
template <typename Backend>
struct OpenPool {
  explicit OpenPool(PoolOptions options)
      : pool(
            named(std::move(options)), [this] { return connect(); }, quiet.logger, quiet.metrics) {}

  static PoolOptions named(PoolOptions options) {
    options.name = "test";
    return options;
  }

  std::unique_ptr<Session> connect() {
    ++opened;
    if (failures > 0) {
      --failures;
      throw Error(ErrorCode::unreachable, "not now");
    }
    return open_session(Url::parse(backend.url()), config::DatabaseSettings{});
  }

  /// The value of a metric of this pool as Prometheus reads it; "" when there is none.
  std::string metric(const std::string& name, const std::string& state = "") const {
    auto key = "\n" + name + "{db_client_connection_pool_name=\"test\"";
    if (!state.empty()) key += ",db_client_connection_state=\"" + state + "\"";
    key += "} ";
    const auto text = "\n" + quiet.metrics.prometheus_text();
    const auto at = text.find(key);
    if (at == std::string::npos) return "";
    const auto value = at + key.size();
    return text.substr(value, text.find('\n', value) - value);
  }

  Backend backend;
  tests::Quiet quiet;
  int opened = 0;
  int failures = 0;
  Pool pool;
};

std::optional<ErrorCode> refusal(Pool& pool) {
  try {
    const auto lease = pool.acquire();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

TEST_CASE_TEMPLATE("a session given back inside a transaction is rolled back", Backend, Sqlite,
                   Postgres) {
  OpenPool<Backend> open({.size = 1});
  execute(open.backend.url(), {"CREATE TABLE t (id INTEGER)"});
  {
    const auto lease = open.pool.acquire();
    lease.session().dialect().execute_raw(lease.session(), "BEGIN");
    lease.session().dialect().execute_raw(lease.session(), "INSERT INTO t VALUES (1)");
    CHECK(lease.session().dialect().in_transaction(lease.session()));
  }
  const auto lease = open.pool.acquire();
  CHECK_FALSE(lease.session().dialect().in_transaction(lease.session()));
  int count = -1;
  lease.session().soci() << "SELECT count(*) FROM t", soci::into(count);
  CHECK(count == 0);
  CHECK(open.opened == 1);
}

TEST_CASE_TEMPLATE("sessions are opened when needed and lent again", Backend, Sqlite, Postgres) {
  OpenPool<Backend> open({.size = 2});
  CHECK(open.opened == 0);
  { const auto lease = open.pool.acquire(); }
  { const auto lease = open.pool.acquire(); }
  CHECK(open.opened == 1);
  CHECK(open.metric("db_client_connections", "idle") == "1");
  CHECK(open.metric("db_client_connections", "used") == "0");
  CHECK(open.metric("db_client_connection_max") == "2");
  CHECK(open.metric("db_client_connection_wait_time_seconds_count") == "2");
  CHECK(open.metric("db_client_connection_create_time_seconds_count") == "1");
}

TEST_CASE("who waits longer than the acquire timeout is refused") {
  OpenPool<Sqlite> open({.size = 1, .acquire_timeout = 20ms});
  const auto lease = open.pool.acquire();
  try {
    open.pool.acquire();
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::overloaded);
    CHECK(error.what() ==
          std::string(
              "no database session came free within 20ms (pool \"test\", 1 sessions, all in use)"));
  }
  CHECK(open.metric("db_client_connection_timeouts_total") == "1");
  CHECK(open.metric("db_client_connection_pending_requests") == "0");
}

TEST_CASE_TEMPLATE("overflow sessions are lent at need and closed when idle", Backend, Sqlite,
                   Postgres) {
  OpenPool<Backend> open(
      {.size = 1, .overflow = 1, .acquire_timeout = 1ms, .ping_after_idle = 0ms});
  {
    const auto first = open.pool.acquire();
    const auto second = open.pool.acquire();
    CHECK(open.metric("db_client_connections", "used") == "2");
    CHECK(refusal(open.pool) == ErrorCode::overloaded);
  }
  CHECK(open.opened == 2);
  CHECK(open.metric("db_client_connections", "used") == "0");
  CHECK(open.metric("db_client_connections", "idle") == "1");
}

TEST_CASE("overflow sessions outlive a moment of quiet") {
  OpenPool<Sqlite> open({.size = 1, .overflow = 1, .ping_after_idle = 1h});
  for (int i = 0; i < 3; ++i) {
    const auto first = open.pool.acquire();
    const auto second = open.pool.acquire();
  }
  CHECK(open.opened == 2);
}

TEST_CASE_TEMPLATE("a session past the recycle age is replaced", Backend, Sqlite, Postgres) {
  OpenPool<Backend> open({.size = 1, .recycle_after = 0ms});
  { const auto lease = open.pool.acquire(); }
  { const auto lease = open.pool.acquire(); }
  CHECK(open.opened == 2);
}

TEST_CASE("a session idle for long is asked before it is lent") {
  OpenPool<Sqlite> open({.size = 1, .ping_after_idle = 0ms});
  { const auto lease = open.pool.acquire(); }
  { const auto lease = open.pool.acquire(); }
  CHECK(open.opened == 1);
  const auto file = open.backend.directory.path() / "notes.db";
  std::filesystem::rename(file, file.string() + ".away");  // as a restored backup replaces it
  { const auto lease = open.pool.acquire(); }
  CHECK(open.opened == 2);
}

TEST_CASE("after one lost connection the idle ones are asked before they are lent") {
  OpenPool<Postgres> open({.size = 3});
  {
    const auto first = open.pool.acquire();
    const auto second = open.pool.acquire();
    const auto third = open.pool.acquire();
  }
  CHECK(open.opened == 3);
  execute(open.backend.url(), {"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                               "WHERE datname = current_database() AND pid <> pg_backend_pid()"});
  open.pool.acquire().lost();
  const auto lease = open.pool.acquire();
  int one = 0;
  lease.session().soci() << "SELECT 1", soci::into(one);
  CHECK(one == 1);
  CHECK(open.opened == 4);
  CHECK(open.metric("db_client_connections", "idle") == "0");
}

TEST_CASE("a connection that cannot be opened leaves its place to the next") {
  OpenPool<Sqlite> open({.size = 1, .acquire_timeout = 1ms});
  open.failures = 2;
  CHECK(refusal(open.pool) == ErrorCode::unreachable);
  CHECK(refusal(open.pool) == ErrorCode::unreachable);
  CHECK(refusal(open.pool) == std::nullopt);
  CHECK(open.opened == 3);
}

TEST_CASE("who waits is served in the order of arrival") {
  OpenPool<Sqlite> open({.size = 1});
  std::mutex mutex;
  std::vector<int> served;
  std::vector<std::jthread> threads;
  {
    const auto lease = open.pool.acquire();
    for (int i = 1; i <= 5; ++i) {
      threads.emplace_back([&, i] {
        const auto mine = open.pool.acquire();
        const std::lock_guard lock(mutex);
        served.push_back(i);
      });
      while (open.metric("db_client_connection_pending_requests") != std::to_string(i))
        std::this_thread::yield();
    }
  }
  threads.clear();
  CHECK(served == std::vector<int>{1, 2, 3, 4, 5});
  CHECK(open.opened == 1);
}

}  // namespace
}  // namespace notes::db
