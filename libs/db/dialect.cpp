#include "db/dialect.hpp"

#include <utility>

#include <fmt/format.h>

#include "db/postgresql_dialect.hpp"
#include "db/sqlite_dialect.hpp"

namespace notes::db {
namespace {

std::string explain(Failure failure, const DatabaseError& details) {
  const auto said = fmt::format("{} ({}){}{}", details.message, details.state,
                                details.hint.empty() ? "" : "; ", details.hint);
  switch (failure) {
    case Failure::retryable:
      return "the database is busy with another transaction: " + said;
    case Failure::disconnected:
      return "the connection to the database was lost: " + said;
    case Failure::unique:
    case Failure::reference:
    case Failure::rule:
      return "a rule of the database refuses it: " + said;
    case Failure::cancelled:
      return "the statement was cancelled: " + said;
    case Failure::full:
      return "the database cannot be written to: " + said;
    case Failure::outdated:
      return "a prepared statement does not fit the altered table: " + said;
    case Failure::missing:
      return "the database has not got the schema this build needs (run notes-migrate upgrade): " +
             said;
    case Failure::other:
      return "the database refused a statement: " + said;
  }
  return said;
}

}  // namespace

ErrorCode error_code(Failure failure) {
  switch (failure) {
    case Failure::retryable:
      return ErrorCode::locked;
    case Failure::disconnected:
    case Failure::full:
      return ErrorCode::unreachable;
    case Failure::unique:
    case Failure::reference:
    case Failure::rule:
      return ErrorCode::conflict;
    case Failure::cancelled:
      return ErrorCode::deadline_exceeded;
    case Failure::missing:
      return ErrorCode::pending;
    case Failure::outdated:
    case Failure::other:
      return ErrorCode::internal;
  }
  return ErrorCode::internal;
}

StatementError::StatementError(ErrorCode code, const std::string& message, Failure failure,
                               DatabaseError details)
    : Error(code, message), failure_(failure), details_(std::move(details)) {}

const Dialect& Dialect::of(Engine engine) {
  static const SqliteDialect sqlite;
  static const PostgresqlDialect postgresql;
  switch (engine) {
    case Engine::sqlite:
      return sqlite;
    case Engine::postgresql:
      return postgresql;
  }
  return sqlite;
}

void Dialect::begin(Session& session, std::optional<std::chrono::milliseconds>) const {
  execute_raw(session, begin_write());
}

void Dialect::commit(Session& session) const { execute_raw(session, "COMMIT"); }

Failure Dialect::classify(Session& session, const std::exception& error) const {
  const auto translated = translate(session, error);
  return translated ? translated->failure() : Failure::other;
}

std::optional<StatementError> Dialect::translate(Session& session,
                                                 const std::exception& error) const {
  if (const auto* known = dynamic_cast<const StatementError*>(&error)) return *known;
  auto verdict = judge(session, error);
  if (!verdict) return std::nullopt;
  const auto message = explain(verdict->failure, verdict->details);
  return StatementError(error_code(verdict->failure), message, verdict->failure,
                        std::move(verdict->details));
}

std::string Dialect::quote(std::string_view identifier) const {
  std::string quoted = "\"";
  for (const char c : identifier) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace notes::db
