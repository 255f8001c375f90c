#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
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

namespace notes::db {
namespace {

using tests::execute;
using tests::OpenDatabase;
using tests::Postgres;
using tests::Sqlite;

constexpr std::string_view kCreateTable = "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)";

config::DatabaseSettings one_session() {
  config::DatabaseSettings settings;
  settings.pool_size = 1;
  settings.max_overflow = 0;
  return settings;
}

struct Insert {
  explicit Insert(Session& session)
      : statement((session.soci().prepare << "INSERT INTO t (id, v) VALUES (:id, :v)",
                   soci::use(id), soci::use(value, indicator))) {}

  int id = 0;
  std::string value;
  soci::indicator indicator = soci::i_ok;
  soci::statement statement;
};

struct InsertMany {
  explicit InsertMany(Session& session)
      : statement((session.soci().prepare << "INSERT INTO t (id, v) VALUES (:id, :v)",
                   soci::use(ids), soci::use(values))) {}

  std::vector<int> ids{0, 0};
  std::vector<std::string> values{"", ""};
  soci::statement statement;
};

struct FirstRow {
  explicit FirstRow(Session& session)
      : statement((session.soci().prepare << "SELECT id FROM t ORDER BY id", soci::into(id))) {}

  int id = 0;
  soci::statement statement;
};

/// "1=a 2=b", with "null" for NULL.
std::string rows(Database& database) {
  return database.read([](Session& session) {
    std::string text;
    soci::rowset<soci::row> found = session.soci().prepare << "SELECT id, v FROM t ORDER BY id";
    for (const auto& row : found) {
      if (!text.empty()) text += ' ';
      text += std::to_string(row.get<int>(0)) + "=" + row.get<std::string>(1, "null");
    }
    return text;
  });
}

Error error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  return {ErrorCode::internal, ""};
}

TEST_CASE_TEMPLATE("a kept statement that failed runs again with its new values", Backend, Sqlite,
                   Postgres) {
  OpenDatabase<Backend> open(one_session());
  execute(open.backend.url(), {kCreateTable});
  const auto insert = [&open](int id, std::optional<std::string> value) {
    open.database.transact([&](Session& session) {
      auto& statement = session.kept<Insert>();
      statement.id = id;
      statement.value = value.value_or("");
      statement.indicator = value ? soci::i_ok : soci::i_null;
      statement.statement.execute(true);
    });
  };

  insert(1, "first");
  CHECK(error_of([&] { insert(1, "again"); }).code() == ErrorCode::conflict);
  insert(2, std::nullopt);
  CHECK(error_of([&] { insert(2, "again"); }).code() == ErrorCode::conflict);
  insert(3, "third");

  CHECK(rows(open.database) == "1=first 2=null 3=third");
}

TEST_CASE_TEMPLATE("a kept statement that binds vectors sends those of each execution", Backend,
                   Sqlite, Postgres) {
  OpenDatabase<Backend> open(one_session());
  execute(open.backend.url(), {kCreateTable});
  const auto insert = [&open](std::vector<int> ids, std::vector<std::string> values) {
    open.database.transact([&](Session& session) {
      auto& statement = session.kept<InsertMany>();
      statement.ids = ids;
      statement.values = values;
      statement.statement.execute(true);
    });
  };

  insert({1, 2}, {"a", "b"});
  CHECK(error_of([&] { insert({3, 2}, {"x", "y"}); }).code() == ErrorCode::conflict);
  insert({3, 4}, {"c", "d"});

  CHECK(rows(open.database) == "1=a 2=b 3=c 4=d");
}

TEST_CASE_TEMPLATE("a statement left open does not hold up later readers", Backend, Sqlite,
                   Postgres) {
  OpenDatabase<Backend> open(one_session());
  execute(open.backend.url(), {kCreateTable, "INSERT INTO t VALUES (5, 'e'), (6, 'f')"});
  const auto first = [&open] {
    return open.database.read([](Session& session) {
      auto& statement = session.kept<FirstRow>();
      statement.statement.execute(true);  // one row of two
      return statement.id;
    });
  };

  CHECK(first() == 5);
  execute(open.backend.url(), {"INSERT INTO t VALUES (4, 'd')"});
  CHECK(rows(open.database) == "4=d 5=e 6=f");
  CHECK(first() == 4);
}

TEST_CASE_TEMPLATE("rows of RETURNING that are not fetched are committed all the same", Backend,
                   Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(), {kCreateTable});
  const auto id = open.database.transact([](Session& session) {
    int returned = 0;
    soci::statement statement =
        (session.soci().prepare << "INSERT INTO t (id, v) VALUES (1, 'a'), (2, 'b') RETURNING id",
         soci::into(returned));
    statement.execute(true);
    session.dialect().commit(session);
    session.dialect().execute_raw(session, session.dialect().begin_write());
    return returned;
  });
  CHECK(id == 1);
  CHECK(rows(open.database) == "1=a 2=b");
}

TEST_CASE_TEMPLATE("a second statement behind a semicolon is refused, not run and not dropped",
                   Backend, Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(), {kCreateTable});
  CHECK_THROWS_AS(open.database.transact([](Session& session) {
    session.soci()
        << "INSERT INTO t (id, v) VALUES (1, 'a'); INSERT INTO t (id, v) VALUES (2, 'b')";
  }),
                  Error);
  const auto raw = error_of([&] {
    execute(open.backend.url(), {"INSERT INTO t VALUES (3, 'c'); INSERT INTO t VALUES (4, 'd')"});
  });
  CHECK((raw.code() == ErrorCode::refused || raw.code() == ErrorCode::statement_failed));
  CHECK(rows(open.database) == "");
  execute(open.backend.url(), {"INSERT INTO t VALUES (5, 'e') ; -- a comment is no statement\n"});
  CHECK(rows(open.database) == "5=e");
}

TEST_CASE_TEMPLATE("raw execution sends the text as it is written", Backend, Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(),
          {kCreateTable, "INSERT INTO t VALUES (1, 'at :x o''clock :: ''12:30''')"});
  CHECK(rows(open.database) == "1=at :x o'clock :: '12:30'");
  if (Backend::kEngine == Engine::postgresql) {
    execute(open.backend.url(),
            {"INSERT INTO t SELECT 2, array_to_string((ARRAY[1,2,3])[1:2], ':')",
             "DO $body$ BEGIN INSERT INTO t VALUES (3, ':y'); END $body$"});
    CHECK(rows(open.database) == "1=at :x o'clock :: '12:30' 2=1:2 3=:y");
  }
}

TEST_CASE_TEMPLATE("raw execution refuses a NUL, nothing, and COPY", Backend, Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  const auto refused = [&open](std::string_view statement) {
    return error_of([&] { execute(open.backend.url(), {statement}); });
  };
  const auto nul = refused(std::string_view("SELECT 1\0; SELECT 2", 19));
  CHECK(nul.code() == ErrorCode::refused);
  CHECK(nul.what() == std::string("a statement cannot hold a NUL character"));
  CHECK(refused("  -- nothing\n").code() == ErrorCode::refused);
  if (Backend::kEngine == Engine::postgresql) {
    execute(open.backend.url(), {kCreateTable});
    const auto session = open_session(Url::parse(open.backend.url()), config::DatabaseSettings{});
    const auto copied = [&session](std::string_view statement) {
      return error_of([&] { session->dialect().execute_raw(*session, statement); }).code();
    };
    CHECK(copied("COPY t FROM STDIN") == ErrorCode::refused);
    CHECK(copied("COPY (SELECT generate_series(1, 100000)) TO STDOUT") == ErrorCode::refused);
    session->dialect().execute_raw(*session,
                                   "INSERT INTO t VALUES (1, 'a')");  // the session is still of use
    CHECK(rows(open.database) == "1=a");
  }
}

TEST_CASE_TEMPLATE("a refused statement tells its code, message, hint and place", Backend, Sqlite,
                   Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(), {kCreateTable});
  const auto session = open_session(Url::parse(open.backend.url()), config::DatabaseSettings{});
  try {
    session->dialect().execute_raw(*session, "SELECT '가나', nosuch FROM t");
    FAIL("nothing was thrown");
  } catch (const StatementError& error) {
    CHECK(error.code() == ErrorCode::statement_failed);
    CHECK(error.failure() == Failure::missing);
    const bool postgresql = Backend::kEngine == Engine::postgresql;
    const DatabaseError expected = {
        .state = postgresql ? "42703" : "SQLITE_ERROR",
        .message = postgresql ? "column \"nosuch\" does not exist" : "no such column: nosuch",
        .hint = "",
        .position = 14};
    CHECK(error.details() == expected);
  }
  if (Backend::kEngine == Engine::postgresql) {
    try {
      session->dialect().execute_raw(*session, "SELECT vv FROM t");
      FAIL("nothing was thrown");
    } catch (const StatementError& error) {
      CHECK(error.details().hint == "Perhaps you meant to reference the column \"t.v\".");
    }
  }
}

TEST_CASE_TEMPLATE("a text with a NUL is never cut", Backend, Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(), {kCreateTable});
  const std::string text("a\0b", 3);
  const auto insert = [&] {
    open.database.transact([&](Session& session) {
      session.soci() << "INSERT INTO t (id, v) VALUES (1, :v)", soci::use(text);
    });
  };
  if (Backend::kEngine == Engine::postgresql) {
    CHECK(error_of(insert).code() == ErrorCode::conflict);
    CHECK(rows(open.database) == "");
  } else {
    insert();
    CHECK(rows(open.database) == "1=" + text);
  }
}

TEST_CASE_TEMPLATE("a running statement is cancelled from another thread", Backend, Sqlite,
                   Postgres) {
  OpenDatabase<Backend> open;
  const auto session = open_session(Url::parse(open.backend.url()), config::DatabaseSettings{});
  const std::string_view endless =
      Backend::kEngine == Engine::postgresql
          ? "SELECT pg_sleep(300)"
          : "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
  std::optional<Failure> failure;
  {
    // A request that comes before the statement has begun stops nothing: it is made until the
    // statement ends.
    std::mutex mutex;
    std::condition_variable_any pause;
    const std::jthread canceller([&](const std::stop_token& stop) {
      std::unique_lock lock(mutex);
      while (!stop.stop_requested()) {
        session->cancel();
        pause.wait_for(lock, stop, std::chrono::milliseconds(20), [] { return false; });
      }
    });
    try {
      session->dialect().execute_raw(*session, endless);
    } catch (const StatementError& error) {
      failure = error.failure();
    }
  }
  CHECK(failure == Failure::cancelled);
  session->dialect().execute_raw(*session, "SELECT 1");
}

TEST_CASE("prepared_statements=false keeps nothing in the server's session") {
  const Postgres backend;
  execute(backend.url(), {kCreateTable, "INSERT INTO t VALUES (5, 'e')"});
  const auto prepared_by = [](const std::string& url) {
    const auto session = open_session(Url::parse(url), config::DatabaseSettings{});
    auto& kept = session->kept<FirstRow>();
    kept.statement.execute(true);
    CHECK(kept.id == 5);
    kept.statement.execute(true);
    int count = -1;
    session->soci() << "SELECT count(*) FROM pg_prepared_statements", soci::into(count);
    return count;
  };
  CHECK(prepared_by(backend.url()) == 1);
  CHECK(prepared_by(backend.url() + "?prepared_statements=false") == 0);
}

}  // namespace
}  // namespace notes::db
