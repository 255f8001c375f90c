#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <soci/soci.h>
#include <sys/stat.h>

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

struct Refused {
  ErrorCode code;
  Failure failure;
  std::string state;

  friend bool operator==(const Refused&, const Refused&) = default;
};

std::ostream& operator<<(std::ostream& stream, const Refused& refused) {
  return stream << to_string(refused.code) << " failure " << static_cast<int>(refused.failure)
                << " " << refused.state;
}

template <typename Work>
std::optional<Refused> refused_by(Database& database, Work work) {
  try {
    database.transact(work);
  } catch (const StatementError& error) {
    CAPTURE(error.what());
    return Refused{error.code(), error.failure(), error.details().state};
  }
  return std::nullopt;
}

/// Runs the text through SOCI inside transact().
std::optional<Refused> refused(Database& database, const std::string& statement) {
  return refused_by(database, [&](Session& session) { session.soci() << statement; });
}

constexpr std::string_view kSchema[] = {
    "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER CHECK "
    "(size > 0))",
    "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent "
    "(id))",
    "INSERT INTO parent VALUES (1, 'one', 1)", "INSERT INTO child VALUES (1, 1)"};

TEST_CASE_TEMPLATE("a refused statement is classified by its code", Backend, Sqlite, Postgres) {
  OpenDatabase<Backend> open;
  for (const auto statement : kSchema) execute(open.backend.url(), {statement});
  constexpr bool kPostgresql = Backend::kEngine == Engine::postgresql;
  struct Row {
    std::string statement;
    ErrorCode code;
    Failure failure;
    std::string sqlite, postgresql;
  };
  const Row table[] = {
      {"INSERT INTO parent VALUES (1, 'two', 1)", ErrorCode::conflict, Failure::unique,
       "SQLITE_CONSTRAINT_PRIMARYKEY", "23505"},
      {"INSERT INTO parent VALUES (2, 'one', 1)", ErrorCode::conflict, Failure::unique,
       "SQLITE_CONSTRAINT_UNIQUE", "23505"},
      {"INSERT INTO child VALUES (2, 9)", ErrorCode::conflict, Failure::reference,
       "SQLITE_CONSTRAINT_FOREIGNKEY", "23503"},
      {"DELETE FROM parent", ErrorCode::conflict, Failure::reference,
       "SQLITE_CONSTRAINT_FOREIGNKEY", "23503"},
      {"INSERT INTO parent VALUES (2, NULL, 1)", ErrorCode::conflict, Failure::rule,
       "SQLITE_CONSTRAINT_NOTNULL", "23502"},
      {"INSERT INTO parent VALUES (2, 'two', 0)", ErrorCode::conflict, Failure::rule,
       "SQLITE_CONSTRAINT_CHECK", "23514"},
      {"INSERT INTO parent VALUES ('x', 'two', 1)", ErrorCode::conflict, Failure::rule,
       "SQLITE_MISMATCH", "22P02"},
      {"SELECT 1 FROM nowhere", ErrorCode::pending, Failure::missing, "SQLITE_ERROR", "42P01"},
      {"SELECT nothing FROM parent", ErrorCode::pending, Failure::missing, "SQLITE_ERROR", "42703"},
  };
  for (const auto& row : table) {
    CAPTURE(row.statement);
    CHECK(refused(open.database, row.statement) ==
          Refused{row.code, row.failure, kPostgresql ? row.postgresql : row.sqlite});
  }
}

TEST_CASE_TEMPLATE("a rule that is checked at the commit is a conflict too", Backend, Sqlite,
                   Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(), {"CREATE TABLE parent (id INTEGER PRIMARY KEY)",
                               "CREATE TABLE child (parent_id INTEGER REFERENCES parent (id) "
                               "DEFERRABLE INITIALLY DEFERRED)"});
  const bool postgresql = Backend::kEngine == Engine::postgresql;
  CHECK(refused(open.database, "INSERT INTO child VALUES (9)") ==
        Refused{ErrorCode::conflict, Failure::reference,
                postgresql ? "23503" : "SQLITE_CONSTRAINT_FOREIGNKEY"});
  CHECK(refused(open.database, "INSERT INTO parent VALUES (9)") == std::nullopt);
}

TEST_CASE_TEMPLATE("a table that goes away under a kept statement is a missing schema", Backend,
                   Sqlite, Postgres) {
  struct Count {
    explicit Count(Session& session)
        : statement((session.soci().prepare << "SELECT count(*) FROM parent", soci::into(count))) {}
    int count = 0;
    soci::statement statement;
  };
  config::DatabaseSettings settings;
  settings.pool_size = 1;
  settings.max_overflow = 0;
  OpenDatabase<Backend> open(settings);
  execute(open.backend.url(), {kSchema[0], kSchema[2]});
  const auto count = [](Session& session) {
    auto& kept = session.kept<Count>();
    kept.statement.execute(true);
    return kept.count;
  };
  CHECK(open.database.transact(count) == 1);
  execute(open.backend.url(), {"DROP TABLE parent"});
  const auto missing = Refused{ErrorCode::pending, Failure::missing,
                               Backend::kEngine == Engine::postgresql ? "42P01" : "SQLITE_ERROR"};
  CHECK(refused_by(open.database, count) == missing);
  execute(open.backend.url(), {kSchema[0]});
  CHECK(open.database.transact(count) == 0);
}

TEST_CASE_TEMPLATE("a message names the rule and shows no value of a row", Backend, Sqlite,
                   Postgres) {
  OpenDatabase<Backend> open;
  for (const auto statement : kSchema) execute(open.backend.url(), {statement});
  const std::string secret = "one";
  try {
    open.database.transact([&](Session& session) {
      session.soci() << "INSERT INTO parent (id, name) VALUES (77, :name)", soci::use(secret);
    });
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.what() ==
          (Backend::kEngine == Engine::postgresql
               ? std::string("a rule of the database refuses it: duplicate key value violates "
                             "unique constraint "
                             "\"parent_name_key\" (23505)")
               : std::string(
                     "a rule of the database refuses it: UNIQUE constraint failed: parent.name "
                     "(SQLITE_CONSTRAINT_UNIQUE)")));
  }
}

TEST_CASE_TEMPLATE("a database that cannot be written to is unreachable", Backend, Sqlite,
                   Postgres) {
  OpenDatabase<Backend> open;
  execute(open.backend.url(), {kSchema[0]});
  if (Backend::kEngine == Engine::postgresql) {
    CHECK(refused_by(open.database, [](Session& session) {
            session.dialect().execute_raw(session, "SET TRANSACTION READ ONLY");
            session.soci() << "INSERT INTO parent VALUES (1, 'one', 1)";
          }) == Refused{ErrorCode::unreachable, Failure::full, "25006"});
  } else {
    const auto filled = refused_by(open.database, [](Session& session) {
      session.soci() << "PRAGMA max_page_count = 10";
      for (int i = 0; i < 100; ++i) {
        const std::string name = std::to_string(i) + std::string(5000, 'x');
        session.soci() << "INSERT INTO parent (name) VALUES (:name)", soci::use(name);
      }
    });
    CHECK(filled == Refused{ErrorCode::unreachable, Failure::full, "SQLITE_FULL"});
    int left = -1;
    open.database.read([&](Session& session) {
      session.soci() << "SELECT count(*) FROM parent", soci::into(left);
      return 0;
    });
    CHECK(left == 0);
  }
}

TEST_CASE("a SQLite reader cannot write") {
  OpenDatabase<Sqlite> open;
  execute(open.backend.url(), {kSchema[0]});
  try {
    open.database.read([](Session& session) {
      session.soci() << "INSERT INTO parent VALUES (1, 'one', 1)";
      return 0;
    });
    FAIL("nothing was thrown");
  } catch (const StatementError& error) {
    CHECK(error.failure() == Failure::full);
    CHECK(error.details().state == "SQLITE_READONLY");
  }
}

TEST_CASE("a lock that PostgreSQL does not get in time is retryable") {
  OpenDatabase<Postgres> open;
  execute(open.backend.url(), {kSchema[0]});
  const auto session = open_session(Url::parse(open.backend.url()), config::DatabaseSettings{});
  const auto other = open_session(Url::parse(open.backend.url()), config::DatabaseSettings{});
  other->dialect().execute_raw(*other, "BEGIN");
  other->dialect().execute_raw(*other, "LOCK TABLE parent");
  session->dialect().execute_raw(*session, "SET lock_timeout = 10");
  try {
    session->dialect().execute_raw(*session, "SELECT * FROM parent");
    FAIL("nothing was thrown");
  } catch (const StatementError& error) {
    CHECK(error.failure() == Failure::retryable);
    CHECK(error.details().state == "55P03");
  }
}

std::string connect_error(const std::string& url) {
  try {
    open_session(Url::parse(url), config::DatabaseSettings{});
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unreachable);
    return error.what();
  }
  return "";
}

TEST_CASE("a place where SQLite cannot be opened is named with the way out") {
  const tests::TemporaryDirectory directory;
  const auto path = directory.path().string();
  CHECK(connect_error("sqlite:" + path) ==
        "cannot open sqlite:" + path + ": it is a directory; name a file in it");
  CHECK(connect_error("sqlite:" + path + "/no/notes.db") ==
        "cannot open sqlite:" + path + "/no/notes.db: the directory " + path +
            "/no does not exist; create it");
  const auto garbage = directory.write("garbage.db", std::string(4096, 'g')).string();
  CHECK(connect_error("sqlite:" + garbage) ==
        "cannot open sqlite:" + garbage + ": file is not a database (SQLITE_NOTADB)");
}

TEST_CASE("a SQLite file may have any name that a URL can hold") {
  const tests::TemporaryDirectory directory;
  for (const std::string name :
       {"a b.db", "a=b c=d.db", "timeout=1.db", "100%25.db", "메모.db", "a;b'c.db"}) {
    CAPTURE(name);
    execute("sqlite:" + directory.path().string() + "/" + name, {"CREATE TABLE t (id INTEGER)"});
    const std::string file = name == "100%25.db" ? "100%.db" : name;
    CHECK(std::filesystem::file_size(directory.path() / file) > 0);
  }
}

TEST_CASE("a PostgreSQL that does not take us is named without the password") {
  const Postgres backend;
  auto url = backend.url();
  const auto colon = url.find(':', url.find("//"));
  const auto at = url.find('@');
  const auto wrong = url.substr(0, colon + 1) + "hunter2" + url.substr(at);
  const auto message = connect_error(wrong);
  CAPTURE(message);
  CHECK(message.find("hunter2") == std::string::npos);
  CHECK(message.starts_with("cannot connect to postgresql://notes_test:***@127.0.0.1:"));
  CHECK(message.find("password authentication failed for user \"notes_test\"") !=
        std::string::npos);
  // Port 1 of loopback: nothing listens there.
  CHECK(connect_error("postgresql://ann:hunter2@127.0.0.1:1/notes").find("Connection refused") !=
        std::string::npos);
}

TEST_CASE("a new PostgreSQL session has the settings that values depend on") {
  const Postgres backend;
  execute(backend.url(), {"ALTER DATABASE " + backend.url().substr(backend.url().rfind('/') + 1) +
                          " SET DateStyle = 'German'"});
  const auto session = open_session(Url::parse(backend.url() + "?application_name=checked"),
                                    config::DatabaseSettings{});
  const auto setting = [&session](const std::string& name) {
    std::string value;
    session->soci() << "SELECT current_setting('" + name + "')", soci::into(value);
    return value;
  };
  CHECK(setting("TimeZone") == "UTC");
  CHECK(setting("DateStyle") == "ISO, YMD");
  CHECK(setting("client_encoding") == "UTF8");
  CHECK(setting("standard_conforming_strings") == "on");
  CHECK(setting("application_name") == "checked");
}

TEST_CASE("a new SQLite session is durable, keeps foreign keys and waits when busy") {
  const Sqlite backend;
  config::DatabaseSettings settings;
  settings.busy_timeout = std::chrono::milliseconds(200);
  const auto session = open_session(Url::parse(backend.url()), settings);
  const auto pragma = [&session](const std::string& name) {
    std::string value;
    session->soci() << "PRAGMA " + name, soci::into(value);
    return value;
  };
  CHECK(pragma("journal_mode") == "wal");
  CHECK(pragma("synchronous") == "2");
  CHECK(pragma("foreign_keys") == "1");
  const auto writer = open_session(Url::parse(backend.url()), settings);
  writer->dialect().execute_raw(*writer, "BEGIN IMMEDIATE");
  const auto begun = std::chrono::steady_clock::now();
  std::string state;
  try {
    session->dialect().execute_raw(*session, "BEGIN IMMEDIATE");
  } catch (const StatementError& error) {
    state = error.details().state;
  }
  CHECK(state == "SQLITE_BUSY");
  CHECK(std::chrono::steady_clock::now() - begun >= settings.busy_timeout);
}

}  // namespace
}  // namespace notes::db
