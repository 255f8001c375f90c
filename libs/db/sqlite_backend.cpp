#include "db/sqlite_backend.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "base/deadline.hpp"
#include "db/sqlite_error.hpp"

namespace notes::db {
namespace {

using soci::details::statement_type;

using namespace std::chrono_literals;

/// How often a statement that runs looks at the clock: every 4000 instructions of SQLite's virtual
/// machine, some 0.1 ms.
constexpr int kInstructions = 4000;
/// How long a statement that waits for a lock sleeps before it looks again, at first and at most.
constexpr std::chrono::milliseconds kFirstSleep = 1ms;
constexpr std::chrono::milliseconds kLongestSleep = 50ms;

struct Statement final : soci::sqlite3_statement_backend {
  explicit Statement(SqliteConnection& connection)
      : soci::sqlite3_statement_backend(connection), connection_(connection) {}

  void prepare(const std::string& query, statement_type) override {
    clean_up();
    const char* tail = nullptr;
    const int result = sqlite_api::sqlite3_prepare_v3(session_.conn_, query.c_str(),
                                                      static_cast<int>(query.size()) + 1,
                                                      SQLITE_PREPARE_PERSISTENT, &stmt_, &tail);
    if (result != SQLITE_OK) {
      throw SqliteCompileError(sqlite_api::sqlite3_errmsg(session_.conn_), result);
    }
    if (stmt_ == nullptr || another_statement(session_.conn_, tail)) {
      clean_up();
      throw SqliteCompileError("expected one SQL statement", SQLITE_MISUSE);
    }
    databaseReady_ = true;
  }

  exec_fetch_result execute(int number) override {
    connection_.begin_statement();
    try {
      return soci::sqlite3_statement_backend::execute(number);
    } catch (const soci::sqlite3_soci_error& error) {
      // A kept statement is compiled again, unseen, when the schema has changed under it.
      if (error.result() == SQLITE_ERROR) check_still_compiles();
      throw;
    }
  }

  void check_still_compiles() {
    sqlite_api::sqlite3_stmt* again = nullptr;
    const int result = sqlite_api::sqlite3_prepare_v2(
        session_.conn_, sqlite_api::sqlite3_sql(stmt_), -1, &again, nullptr);
    const std::string message = sqlite_api::sqlite3_errmsg(session_.conn_);
    sqlite_api::sqlite3_finalize(again);
    if (result != SQLITE_OK) throw SqliteCompileError(message, result);
  }

  SqliteConnection& connection_;
};

}  // namespace

SqliteConnection::SqliteConnection(const soci::connection_parameters& parameters)
    : soci::sqlite3_session_backend(parameters) {
  sqlite_api::sqlite3_extended_result_codes(conn_, 1);
}

void SqliteConnection::limit(std::chrono::milliseconds busy_timeout,
                             std::optional<std::chrono::milliseconds> statement_timeout) {
  busy_timeout_ = busy_timeout;
  statement_timeout_ = statement_timeout;
  sqlite_api::sqlite3_busy_handler(conn_, &on_busy, this);
  sqlite_api::sqlite3_progress_handler(conn_, kInstructions, &on_progress, this);
}

void SqliteConnection::begin_statement() {
  if (statement_timeout_) statement_end_ = std::chrono::steady_clock::now() + *statement_timeout_;
}

void SqliteConnection::sever() noexcept {
  severed_ = true;
  sqlite_api::sqlite3_interrupt(conn_);
}

// SOCI deletes what its factories return.
soci::sqlite3_statement_backend* SqliteConnection::make_statement_backend() {
  return new Statement(*this);
}

bool SqliteConnection::has_time(TimePoint now) const {
  return !severed_ && now < statement_end_ && now < current_deadline();
}

int SqliteConnection::on_busy(void* connection, int tries) {
  auto& self = *static_cast<SqliteConnection*>(connection);
  const auto now = std::chrono::steady_clock::now();
  if (tries == 0) self.busy_end_ = now + self.busy_timeout_;
  if (now >= self.busy_end_ || !self.has_time(now)) return 0;
  const auto end = std::min({self.busy_end_, self.statement_end_, current_deadline()});
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - now);
  const auto sleep = std::min(kLongestSleep, kFirstSleep * (1 << std::min(tries, 6)));
  sqlite_api::sqlite3_sleep(static_cast<int>(std::min(sleep, left).count()));
  return 1;
}

int SqliteConnection::on_progress(void* connection) {
  const auto& self = *static_cast<SqliteConnection*>(connection);
  return self.has_time(std::chrono::steady_clock::now()) ? 0 : 1;
}

soci::details::session_backend* SqliteBackend::make_session(
    const soci::connection_parameters& parameters) const {
  return new SqliteConnection(parameters);
}

bool another_statement(sqlite_api::sqlite3* connection, std::string_view tail) {
  sqlite_api::sqlite3_stmt* next = nullptr;
  const int result = sqlite_api::sqlite3_prepare_v2(connection, tail.data(),
                                                    static_cast<int>(tail.size()), &next, nullptr);
  sqlite_api::sqlite3_finalize(next);
  return result != SQLITE_OK ||
         next != nullptr;  // white space and comments alone make no statement
}

std::string result_code_name(int code) {
  switch (code) {
    case SQLITE_ERROR:
      return "SQLITE_ERROR";
    case SQLITE_INTERNAL:
      return "SQLITE_INTERNAL";
    case SQLITE_PERM:
      return "SQLITE_PERM";
    case SQLITE_ABORT:
      return "SQLITE_ABORT";
    case SQLITE_BUSY:
      return "SQLITE_BUSY";
    case SQLITE_BUSY_RECOVERY:
      return "SQLITE_BUSY_RECOVERY";
    case SQLITE_BUSY_SNAPSHOT:
      return "SQLITE_BUSY_SNAPSHOT";
    case SQLITE_BUSY_TIMEOUT:
      return "SQLITE_BUSY_TIMEOUT";
    case SQLITE_LOCKED:
      return "SQLITE_LOCKED";
    case SQLITE_LOCKED_SHAREDCACHE:
      return "SQLITE_LOCKED_SHAREDCACHE";
    case SQLITE_NOMEM:
      return "SQLITE_NOMEM";
    case SQLITE_READONLY:
      return "SQLITE_READONLY";
    case SQLITE_READONLY_DBMOVED:
      return "SQLITE_READONLY_DBMOVED";
    case SQLITE_READONLY_DIRECTORY:
      return "SQLITE_READONLY_DIRECTORY";
    case SQLITE_INTERRUPT:
      return "SQLITE_INTERRUPT";
    case SQLITE_IOERR:
      return "SQLITE_IOERR";
    case SQLITE_IOERR_READ:
      return "SQLITE_IOERR_READ";
    case SQLITE_IOERR_WRITE:
      return "SQLITE_IOERR_WRITE";
    case SQLITE_IOERR_FSYNC:
      return "SQLITE_IOERR_FSYNC";
    case SQLITE_IOERR_SHMSIZE:
      return "SQLITE_IOERR_SHMSIZE";
    case SQLITE_CORRUPT:
      return "SQLITE_CORRUPT";
    case SQLITE_FULL:
      return "SQLITE_FULL";
    case SQLITE_CANTOPEN:
      return "SQLITE_CANTOPEN";
    case SQLITE_SCHEMA:
      return "SQLITE_SCHEMA";
    case SQLITE_TOOBIG:
      return "SQLITE_TOOBIG";
    case SQLITE_CONSTRAINT:
      return "SQLITE_CONSTRAINT";
    case SQLITE_CONSTRAINT_CHECK:
      return "SQLITE_CONSTRAINT_CHECK";
    case SQLITE_CONSTRAINT_DATATYPE:
      return "SQLITE_CONSTRAINT_DATATYPE";
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return "SQLITE_CONSTRAINT_FOREIGNKEY";
    case SQLITE_CONSTRAINT_NOTNULL:
      return "SQLITE_CONSTRAINT_NOTNULL";
    case SQLITE_CONSTRAINT_PRIMARYKEY:
      return "SQLITE_CONSTRAINT_PRIMARYKEY";
    case SQLITE_CONSTRAINT_ROWID:
      return "SQLITE_CONSTRAINT_ROWID";
    case SQLITE_CONSTRAINT_TRIGGER:
      return "SQLITE_CONSTRAINT_TRIGGER";
    case SQLITE_CONSTRAINT_UNIQUE:
      return "SQLITE_CONSTRAINT_UNIQUE";
    case SQLITE_MISMATCH:
      return "SQLITE_MISMATCH";
    case SQLITE_MISUSE:
      return "SQLITE_MISUSE";
    case SQLITE_NOTADB:
      return "SQLITE_NOTADB";
    default:
      return fmt::format("SQLITE_ERROR {}", code);
  }
}

}  // namespace notes::db
