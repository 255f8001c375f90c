#include "db/sqlite_dialect.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <soci/soci.h>

#include "db/backoff.hpp"
#include "db/session.hpp"
#include "db/sqlite_backend.hpp"
#include "db/sqlite_error.hpp"

namespace notes::db {
namespace {

using Statement =
    std::unique_ptr<sqlite_api::sqlite3_stmt, decltype(&sqlite_api::sqlite3_finalize)>;

SqliteConnection& connection_of(Session& session) {
  return *static_cast<SqliteConnection*>(session.soci().get_backend());
}

sqlite_api::sqlite3* handle(Session& session) { return connection_of(session).conn_; }

/// Primary codes are the low byte of extended ones (sqlite.org/rescode.html).
Failure failure_of(int code, bool compiling) {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return Failure::unique;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return Failure::reference;
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Failure::retryable;
    case SQLITE_CANTOPEN:
      return Failure::disconnected;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return Failure::rule;
    case SQLITE_INTERRUPT:
      return Failure::cancelled;
    case SQLITE_FULL:
    case SQLITE_READONLY:
      return Failure::full;
    case SQLITE_ERROR:
      return compiling ? Failure::missing : Failure::other;
    default:
      return Failure::other;
  }
}

/// The 1-based character at a byte offset of UTF-8 text; 0 for a negative offset.
std::size_t character_at(std::string_view text, int offset) {
  if (offset < 0) return 0;
  const auto before = text.substr(0, static_cast<std::size_t>(offset));
  return 1 + static_cast<std::size_t>(std::count_if(before.begin(), before.end(), [](char c) {
           return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
         }));
}

StatementError last_error(sqlite_api::sqlite3* connection, std::string_view statement,
                          bool compiling) {
  const int code = sqlite_api::sqlite3_extended_errcode(connection);
  DatabaseError details;
  details.state = result_code_name(code);
  details.message = sqlite_api::sqlite3_errmsg(connection);
  details.position = character_at(statement, sqlite_api::sqlite3_error_offset(connection));
  const auto failure = failure_of(code, compiling);
  const auto outcome =
      failure == Failure::disconnected ? ErrorCode::unreachable : ErrorCode::statement_failed;
  const auto message = fmt::format("{} ({})", details.message, details.state);
  return {outcome, message, failure, std::move(details)};
}

StatementError refusal(std::string_view why) {
  return {ErrorCode::refused,
          std::string(why),
          Failure::other,
          {.state = "SQLITE_MISUSE", .message = std::string(why)}};
}

/// The text of the first column of a statement's last row, or why it failed.
using Outcome = std::variant<std::string, StatementError>;

Outcome try_run(sqlite_api::sqlite3* connection, std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    return refusal("a statement cannot hold a NUL character");
  }
  sqlite_api::sqlite3_stmt* prepared = nullptr;
  const char* tail = nullptr;
  const int compiled = sqlite_api::sqlite3_prepare_v2(
      connection, text.data(), static_cast<int>(text.size()), &prepared, &tail);
  const Statement statement(prepared, &sqlite_api::sqlite3_finalize);
  if (compiled != SQLITE_OK) return last_error(connection, text, true);
  if (!statement) return refusal("expected one SQL statement, got none");
  if (another_statement(connection, text.substr(static_cast<std::size_t>(tail - text.data())))) {
    return refusal("expected one SQL statement, got another one behind it");
  }
  std::string value;
  int result = SQLITE_ROW;
  while ((result = sqlite_api::sqlite3_step(prepared)) == SQLITE_ROW) {
    const auto* column = sqlite_api::sqlite3_column_text(prepared, 0);
    if (column != nullptr) value.assign(reinterpret_cast<const char*>(column));
  }
  if (result != SQLITE_DONE) return last_error(connection, text, false);
  return value;
}

std::string run(sqlite_api::sqlite3* connection, std::string_view text) {
  auto outcome = try_run(connection, text);
  if (const auto* error = std::get_if<StatementError>(&outcome)) throw *error;
  return std::get<std::string>(std::move(outcome));
}

void reset_statements(sqlite_api::sqlite3* connection) noexcept {
  sqlite_api::sqlite3_stmt* statement = nullptr;
  while ((statement = sqlite_api::sqlite3_next_stmt(connection, statement)) != nullptr) {
    if (sqlite_api::sqlite3_stmt_busy(statement) != 0) sqlite_api::sqlite3_reset(statement);
  }
}

/// Changing to the write-ahead log needs the file for a moment alone, and SQLite does not call the
/// busy handler for it.
void use_write_ahead_log(sqlite_api::sqlite3* connection, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  Backoff backoff;
  for (;;) {
    const auto outcome = try_run(connection, "PRAGMA journal_mode = WAL");
    const auto* error = std::get_if<StatementError>(&outcome);
    if (error == nullptr) {
      const auto& mode = std::get<std::string>(outcome);
      if (mode == "wal" || mode == "memory") return;
      throw Error(
          ErrorCode::unreachable,
          fmt::format("its file system does not allow a write-ahead log (journal mode {})", mode));
    }
    if (error->failure() != Failure::retryable || std::chrono::steady_clock::now() >= deadline)
      throw *error;
    backoff.pause();
  }
}

void check_place(const Url& url) {
  if (url.in_memory()) return;
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path path = url.path();
  if (fs::is_directory(path, error)) {
    throw Error(
        ErrorCode::unreachable,
        fmt::format("cannot open {}: it is a directory; name a file in it", url.redacted()));
  }
  const auto parent = fs::absolute(path, error).parent_path();
  if (!error && !fs::is_directory(parent, error)) {
    throw Error(ErrorCode::unreachable,
                fmt::format("cannot open {}: the directory {} does not exist; create it",
                            url.redacted(), parent.string()));
  }
}

std::unique_ptr<soci::session> open(const Url& url) {
  static const SqliteBackend backend;
  // A quoted value may hold "=" and blanks, but SOCI loses a blank at its very beginning.
  const auto path = url.path().starts_with(' ') ? "./" + url.path() : url.path();
  return std::make_unique<soci::session>(backend, fmt::format("dbname=\"{}\"", path));
}

using Values = std::map<std::string, std::string, std::less<>>;

void answer_with_value(sqlite_api::sqlite3_context* context, int,
                       sqlite_api::sqlite3_value** name) {
  const auto* asked = sqlite_api::sqlite3_value_text(*name);
  const auto& values = *static_cast<Values*>(sqlite_api::sqlite3_user_data(context));
  const auto found =
      asked == nullptr ? values.end() : values.find(reinterpret_cast<const char*>(asked));
  if (found == values.end()) return;  // NULL
  sqlite_api::sqlite3_result_text(context, found->second.c_str(),
                                  static_cast<int>(found->second.size()), nullptr);
}

void drop_values(void* values) { std::unique_ptr<Values>(static_cast<Values*>(values)).reset(); }

}  // namespace

std::unique_ptr<Session> SqliteDialect::connect(const Url& url,
                                                const config::DatabaseSettings& settings) const {
  check_place(url);
  try {
    auto session = std::make_unique<Session>(open(url), *this);
    auto* connection = handle(*session);
    connection_of(*session).limit(settings.busy_timeout, settings.statement_timeout);
    use_write_ahead_log(connection, settings.busy_timeout);
    run(connection, "PRAGMA synchronous = FULL");
    run(connection, "PRAGMA foreign_keys = ON");
    return session;
  } catch (const soci::soci_error& error) {
    throw Error(ErrorCode::unreachable,
                fmt::format("cannot open {}: {}", url.redacted(), error.get_error_message()));
  } catch (const Error& error) {
    throw Error(ErrorCode::unreachable,
                fmt::format("cannot open {}: {}", url.redacted(), error.what()));
  }
}

void SqliteDialect::restrict_to_reading(Session& session) const {
  run(handle(session), "PRAGMA query_only = ON");
  // There are many readers, and the system keeps the file's pages for all of them: 512 KiB each
  // instead of 2 MiB.
  run(handle(session), "PRAGMA cache_size = -512");
}

void SqliteDialect::commit(Session& session) const {
  // A statement with RETURNING that was not fetched to its end has written all its rows, and would
  // hold up the commit.
  reset_statements(handle(session));
  run(handle(session), "COMMIT");
}

bool SqliteDialect::in_transaction(Session& session) const {
  return sqlite_api::sqlite3_get_autocommit(handle(session)) == 0;
}

bool SqliteDialect::reset(Session& session) const noexcept {
  auto* connection = handle(session);
  reset_statements(connection);
  if (sqlite_api::sqlite3_get_autocommit(connection) != 0) return true;
  return sqlite_api::sqlite3_exec(connection, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK;
}

bool SqliteDialect::alive(Session& session) const noexcept {
  int moved =
      0;  // the file was replaced or removed: what is read and written here is seen by nobody else
  sqlite_api::sqlite3_file_control(handle(session), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved == 0;
}

void SqliteDialect::cancel(Session& session) const noexcept {
  sqlite_api::sqlite3_interrupt(handle(session));
}

void SqliteDialect::sever(Session& session) const noexcept { connection_of(session).sever(); }

std::string SqliteDialect::clock_after(std::chrono::milliseconds duration) const {
  // SQLite's clock counts milliseconds; stored times have microseconds, so that text order is time
  // order.
  return fmt::format("strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '{:+.3f} seconds')",
                     std::chrono::duration<double>(duration).count());
}

void SqliteDialect::expose(Session& session, const std::string& space, const Values& values) const {
  auto* connection = handle(session);
  // SQLite drops them when the function is replaced, when the session ends, and when this fails.
  const int made = sqlite_api::sqlite3_create_function_v2(
      connection, space.c_str(), 1, SQLITE_UTF8, std::make_unique<Values>(values).release(),
      &answer_with_value, nullptr, nullptr, &drop_values);
  if (made != SQLITE_OK) throw last_error(connection, space, false);
}

void SqliteDialect::execute_raw(Session& session, std::string_view statement) const {
  connection_of(session).begin_statement();
  run(handle(session), statement);
}

std::optional<Dialect::Verdict> SqliteDialect::judge(Session&, const std::exception& error) const {
  const auto* known = dynamic_cast<const soci::soci_error*>(&error);
  if (known == nullptr) return std::nullopt;
  Verdict verdict;
  verdict.details.message = known->get_error_message();
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(known)) {
    const bool compiling = dynamic_cast<const SqliteCompileError*>(known) != nullptr;
    verdict.failure = failure_of(sqlite->result(), compiling);
    verdict.details.state = result_code_name(sqlite->result());
    // SOCI puts the name of its own function in front.
    if (const auto end = verdict.details.message.find("::");
        end != std::string::npos &&
        verdict.details.message.starts_with("sqlite3_statement_backend")) {
      verdict.details.message.erase(0, verdict.details.message.find(": ", end + 2) + 2);
    }
  }
  return verdict;
}

}  // namespace notes::db
