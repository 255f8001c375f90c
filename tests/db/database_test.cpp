#include "db/database.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <soci/soci.h>

#include "base/error.hpp"
#include "db/dialect.hpp"
#include "db/session.hpp"
#include "support/database.hpp"

namespace notes::db {
namespace {

using namespace std::chrono_literals;
using tests::execute;
using tests::OpenDatabase;
using tests::Postgres;
using tests::Sqlite;

constexpr std::string_view kCounter = "CREATE TABLE counter (n INTEGER NOT NULL)";
constexpr std::string_view kZero = "INSERT INTO counter VALUES (0)";

int read_counter(Session& session) {
  int n = -1;
  session.soci() << "SELECT n FROM counter", soci::into(n);
  return n;
}

void set_counter(Session& session, int n) {
  session.soci() << "UPDATE counter SET n = :n", soci::use(n);
}

/// Full isolation; SQLite has no other.
template <typename Backend>
void make_serializable(Session& session) {
  if (Backend::kEngine == Engine::postgresql) {
    session.dialect().execute_raw(session, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
  }
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

TEST_CASE_TEMPLATE("what a transaction wrote is read back", Backend, Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(), {"CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT NOT NULL)"});
  const std::string text = "안녕하세요 ' \" :x \\ \n — €";
  const auto id = open.database.transact([&](Session& session) {
    session.soci() << "INSERT INTO t (id, v) VALUES (1, :v)", soci::use(text);
    return 1;
  });
  const auto found = open.database.read([&](Session& session) {
    std::string value;
    session.soci() << "SELECT v FROM t WHERE id = :id", soci::use(id), soci::into(value);
    return value;
  });
  CHECK(found == text);
}

TEST_CASE_TEMPLATE("an exception rolls back and leaves as it is", Backend, Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(), {kCounter, kZero});
  CHECK_THROWS_WITH_AS(open.database.transact([](Session& session) {
    set_counter(session, 7);
    throw std::logic_error("mine");
  }),
                       "mine", std::logic_error);
  CHECK(code_of([&] {
          open.database.transact([](Session& session) {
            set_counter(session, 8);
            throw Error(ErrorCode::stale, "the version is not the current one");
          });
        }) == ErrorCode::stale);
  CHECK(open.database.read(read_counter) == 0);
}

TEST_CASE_TEMPLATE("a read sees what others have committed since", Backend, Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(), {kCounter, kZero});
  CHECK(open.database.read(read_counter) == 0);
  execute(open.backend.url(), {"UPDATE counter SET n = 3"});
  CHECK(open.database.read(read_counter) == 3);
}

TEST_CASE_TEMPLATE("a transaction that lost a race runs again and sees the winner", Backend, Sqlite,
                   Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(), {kCounter, kZero});
  config::DatabaseSettings impatient;
  impatient.busy_timeout = 0ms;
  const auto other = open_session(Url::parse(open.backend.url()), impatient);
  std::vector<int> seen;
  open.database.transact([&](Session& session) {
    make_serializable<Backend>(session);
    seen.push_back(read_counter(session));
    // On PostgreSQL the other one wins and our update fails with 40001; on SQLite we hold the
    // writer's lock and the other one gets SQLITE_BUSY, which leaves through here.
    if (seen.size() == 1) other->dialect().execute_raw(*other, "UPDATE counter SET n = 10");
    set_counter(session, seen.back() + 1);
  });
  const bool postgresql = Backend::kEngine == Engine::postgresql;
  CHECK(seen == (postgresql ? std::vector<int>{0, 10} : std::vector<int>{0, 0}));
  CHECK(open.database.read(read_counter) == (postgresql ? 11 : 1));
}

TEST_CASE("a SQLite database that stays busy is locked after the retries") {
  config::DatabaseSettings settings;
  settings.busy_timeout = 1ms;
  settings.max_retries = 2;
  OpenDatabase<Sqlite> open(settings);
  execute(open.backend.url(), {kCounter, kZero});
  const auto other = open_session(Url::parse(open.backend.url()), settings);
  other->dialect().execute_raw(*other, "BEGIN IMMEDIATE");
  try {
    open.database.transact([](Session& session) { set_counter(session, 1); });
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::locked);
    CHECK(error.what() ==
          std::string("gave up after 3 attempts: database is locked (SQLITE_BUSY)"));
  }
  CHECK(open.database.read(read_counter) == 0);
  other->dialect().execute_raw(*other, "ROLLBACK");
  open.database.transact([](Session& session) { set_counter(session, 2); });
  CHECK(open.database.read(read_counter) == 2);
}

TEST_CASE("an error that work swallowed does not become a silent rollback") {
  OpenDatabase<Postgres> open;
  execute(open.backend.url(), {kCounter, kZero});
  CHECK(code_of([&] {
          open.database.transact([](Session& session) {
            set_counter(session, 1);
            try {
              session.soci() << "SELECT nothing";
            } catch (const soci::soci_error&) {
              return;  // the transaction is lost already
            }
          });
        }) == ErrorCode::internal);
  CHECK(open.database.read(read_counter) == 0);
}

TEST_CASE_TEMPLATE("increments from many threads all count", Backend, Sqlite, Postgres) {
  config::DatabaseSettings settings;
  settings.pool_size = 4;
  settings.max_overflow = 4;
  settings.max_retries = 10'000;
  OpenDatabase<Backend> open(settings);
  execute(open.backend.url(), {kCounter, kZero});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&open] {
        for (int j = 0; j < 10; ++j) {
          open.database.transact([](Session& session) {
            make_serializable<Backend>(session);
            set_counter(session, read_counter(session) + 1);
          });
          open.database.read(read_counter);
        }
      });
    }
  }
  CHECK(open.database.read(read_counter) == 160);
}

TEST_CASE("many connections may open one new SQLite file at once") {
  const Sqlite backend;
  std::vector<std::jthread> threads;
  std::atomic<int> opened = 0;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      const auto session = open_session(Url::parse(backend.url()), config::DatabaseSettings{});
      session->dialect().execute_raw(*session, "SELECT 1");
      ++opened;
    });
  }
  threads.clear();
  CHECK(opened == 16);
}

TEST_CASE("a SQLite database in memory is one for its writer and its readers") {
  tests::Quiet quiet;
  Database database(tests::database_settings("sqlite::memory:"), quiet.logger, quiet.metrics);
  database.transact([](Session& session) {
    session.dialect().execute_raw(session, kCounter);
    session.dialect().execute_raw(session, kZero);
  });
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&database] {
        database.transact(
            [](Session& session) { set_counter(session, read_counter(session) + 1); });
        database.read(read_counter);
      });
    }
  }
  CHECK(database.read(read_counter) == 4);
}

TEST_CASE("a database is built without connecting, and reached later") {
  const tests::TemporaryDirectory directory;
  const auto folder = directory.path() / "later";
  tests::Quiet quiet;
  Database database(tests::database_settings("sqlite:" + (folder / "notes.db").string()),
                    quiet.logger, quiet.metrics);
  const auto ping = [&database] { return database.read([](Session&) { return 0; }); };
  CHECK(code_of(ping) == ErrorCode::unreachable);
  std::filesystem::create_directory(folder);
  CHECK(ping() == 0);
}

}  // namespace
}  // namespace notes::db
