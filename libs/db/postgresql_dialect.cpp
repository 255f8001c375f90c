#include "db/postgresql_dialect.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "db/postgresql_backend.hpp"
#include "db/postgresql_uri.hpp"
#include "db/postgresql_wait.hpp"
#include "db/session.hpp"

namespace notes::db {
namespace {

using Result = PostgresqlResult;

/// For what asks nothing of the database: a server that takes longer is taken for lost.
constexpr std::chrono::seconds kAnswerTimeout{5};

PostgresqlConnection& connection(Session& session) {
  return *static_cast<PostgresqlConnection*>(session.soci().get_backend());
}

PGconn* handle(Session& session) { return connection(session).handle(); }

bool broken(PGconn* conn) { return PQstatus(conn) != CONNECTION_OK; }

/// PostgreSQL 15, appendix A.
Failure failure_of(std::string_view state) {
  static constexpr std::pair<std::string_view, Failure> kStates[] = {
      {"40001", Failure::retryable},     // serialization_failure
      {"40P01", Failure::retryable},     // deadlock_detected
      {"55P03", Failure::retryable},     // lock_not_available
      {"57P01", Failure::disconnected},  // admin_shutdown
      {"57P02", Failure::disconnected},  // crash_shutdown
      {"57P03", Failure::disconnected},  // cannot_connect_now
      {"57P05", Failure::disconnected},  // idle_session_timeout
      {"25P03", Failure::disconnected},  // idle_in_transaction_session_timeout
      {"53300", Failure::disconnected},  // too_many_connections
      {"26000", Failure::disconnected},  // the session has not got this prepared statement (any
                                         // more)
      {"42P05", Failure::disconnected},  // the session has another one of this name
      {"23505", Failure::unique},
      {"23P01", Failure::unique},  // exclusion_violation
      {"23503", Failure::reference},
      {"23001", Failure::reference},  // restrict_violation
      {"44000", Failure::rule},       // with_check_option_violation
      {"P0001", Failure::rule},       // raise_exception
      {"57014", Failure::cancelled},
      {"0A000", Failure::outdated},  // "cached plan must not change result type"
      {"53100", Failure::full},      // disk_full
      {"25006", Failure::full},      // read_only_sql_transaction
      {"42P01", Failure::missing},   // undefined_table
      {"42703", Failure::missing},   // undefined_column
      {"42883", Failure::missing},   // undefined_function
      {"42704", Failure::missing},   // undefined_object
      {"3F000", Failure::missing},   // invalid_schema_name
  };
  for (const auto& [known, failure] : kStates) {
    if (state == known) return failure;
  }
  if (state.starts_with("08")) return Failure::disconnected;
  if (state.starts_with("23") || state.starts_with("22")) return Failure::rule;
  return Failure::other;
}

/// libpq and SOCI write "Cannot execute query. Fatal error. ERROR:  duplicate key …\n": what a
/// person wants to read of it.
std::string primary_message(std::string text) {
  if (const auto severity = text.find(":  "); severity != std::string::npos)
    text.erase(0, severity + 3);
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

[[noreturn]] void throw_error(PGconn* conn, const PGresult* result) {
  DatabaseError details;
  details.state = field(result, PG_DIAG_SQLSTATE);
  details.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  details.hint = field(result, PG_DIAG_MESSAGE_HINT);
  details.position = std::strtoull(field(result, PG_DIAG_STATEMENT_POSITION).c_str(), nullptr, 10);
  if (details.message.empty()) details.message = primary_message(PQerrorMessage(conn));
  if (details.state.empty() && broken(conn)) details.state = "08006";
  const auto failure = broken(conn) ? Failure::disconnected : failure_of(details.state);
  const auto code =
      failure == Failure::disconnected ? ErrorCode::unreachable : ErrorCode::statement_failed;
  throw StatementError(code, fmt::format("{} ({})", details.message, details.state), failure,
                       details);
}

[[noreturn]] void refuse(std::string_view why) {
  throw StatementError(ErrorCode::refused, std::string(why), Failure::other,
                       {.state = "0A000", .message = std::string(why)});
}

/// Ends a COPY that the server has begun, in either direction.
void end_copy(PostgresqlConnection& connection, ExecStatusType status) {
  if (status == PGRES_COPY_IN) {
    PQputCopyEnd(connection.handle(), "COPY FROM STDIN has no input here");
    return;
  }
  connection.cancel();
  char* row = nullptr;
  while (PQgetCopyData(connection.handle(), &row, 0) > 0) PQfreemem(row);
}

/// Runs one statement, drops its rows as they come, and returns its command tag ("COMMIT", "INSERT
/// 0 1").
std::string run(PostgresqlConnection& connection, std::string_view statement) {
  if (statement.find('\0') != std::string_view::npos)
    refuse("a statement cannot hold a NUL character");
  auto* conn = connection.handle();
  const std::string text(statement);
  // The extended protocol takes one statement only, and says so when there are more.
  if (PQsendQueryParams(conn, text.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) != 1) {
    throw_error(conn, nullptr);
  }
  PQsetSingleRowMode(conn);
  Result failed(nullptr, &PQclear);
  bool copied = false;
  bool empty = false;
  std::string tag;
  for (;;) {
    Result result(PQgetResult(conn), &PQclear);
    if (!result) break;
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) {
      copied = true;
      end_copy(connection, status);
    } else if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
      tag = PQcmdStatus(result.get());
    } else if (status == PGRES_EMPTY_QUERY) {
      empty = true;
    } else if (status != PGRES_SINGLE_TUPLE && !failed) {
      failed = std::move(result);
    }
  }
  if (copied)
    refuse("COPY from or to the client has no data stream here; use INSERT, or the load command");
  if (empty) refuse("expected one SQL statement, got none");
  if (failed) throw_error(conn, failed.get());
  return tag;
}

/// The only value of a statement without parameters.
std::string value_of(PGconn* conn, const char* statement) {
  const Result result(PQexec(conn, statement), &PQclear);
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) throw_error(conn, result.get());
  return PQgetvalue(result.get(), 0, 0);
}

void drop_notice(void*, const char*) {}

/// A server that looks after its client while it works for it stops when the client has gone away
/// (PostgreSQL 14 and later; others do not know the setting and return no row).
std::string limits(const Url& url, const config::DatabaseSettings& settings) {
  // Behind a transaction pooler it would stay on the server's session, which is others' as well.
  if (!settings.statement_timeout || !url.prepared_statements()) return {};
  return fmt::format(
      "SELECT set_config(name, '500', false) FROM pg_settings "
      "WHERE name = 'client_connection_check_interval'; SET statement_timeout = {}; ",
      settings.statement_timeout->count());
}

void set_up(PGconn* conn, const Url& url, const config::DatabaseSettings& settings) {
  PQsetNoticeProcessor(conn, &drop_notice, nullptr);  // libpq would print them on stderr
  PQsetErrorVerbosity(conn, PQERRORS_TERSE);          // DETAIL shows the values of rows
  // The last four are reported to the client, which is how PgBouncer carries them from one server
  // session to another.
  const auto result = execute_within(
      conn,
      (limits(url, settings) + "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; "
                               "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on")
          .c_str(),
      settings.connect_timeout);
  if (!result && !broken(conn)) {
    const std::string why = "the server accepted the connection and does not answer";
    throw StatementError(ErrorCode::unreachable, why, Failure::disconnected,
                         {.state = "08006", .message = why});
  }
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) throw_error(conn, result.get());
}

std::unique_ptr<soci::session> open(const Url& url, std::chrono::milliseconds connect_timeout) {
  static const PostgresqlBackend prepared(PostgresqlConnection::Statements::prepared);
  static const PostgresqlBackend unnamed(PostgresqlConnection::Statements::unnamed);
  return std::make_unique<soci::session>(url.prepared_statements() ? prepared : unnamed,
                                         postgresql_uri(url, connect_timeout));
}

[[noreturn]] void cannot_connect(const Url& url, const std::string& why) {
  throw Error(ErrorCode::unreachable,
              fmt::format("cannot connect to {}: {}", url.redacted(), url.redact(why)));
}

}  // namespace

std::unique_ptr<Session> PostgresqlDialect::connect(
    const Url& url, const config::DatabaseSettings& settings) const {
  try {
    auto session = std::make_unique<Session>(open(url, settings.connect_timeout), *this);
    set_up(handle(*session), url, settings);
    return session;
  } catch (const soci::soci_error& error) {
    const auto text = error.get_error_message();
    const auto line = text.find('\n');  // SOCI's own sentence is the first line
    auto why = line == std::string::npos ? text : text.substr(line + 1);
    std::replace(why.begin(), why.end(), '\n', ' ');
    while (why.ends_with(' ')) why.pop_back();
    cannot_connect(url, why);
  } catch (const StatementError& error) {
    cannot_connect(url, error.what());
  }
}

void PostgresqlDialect::begin(Session& session,
                              std::optional<std::chrono::milliseconds> idle_limit) const {
  if (!idle_limit) return Dialect::begin(session, idle_limit);
  const auto text =
      fmt::format("{}; SET LOCAL idle_in_transaction_session_timeout = {}", begin_write(),
                  std::max<std::chrono::milliseconds::rep>(idle_limit->count(), 1));
  auto* conn = handle(session);
  const Result result(PQexec(conn, text.c_str()), &PQclear);
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) throw_error(conn, result.get());
}

void PostgresqlDialect::commit(Session& session) const {
  if (run(connection(session), "COMMIT") == "COMMIT") return;
  const std::string why =
      "a statement of the transaction had failed before: it was rolled back, not committed";
  throw StatementError(ErrorCode::internal, why, Failure::other,
                       {.state = "25P02", .message = why});
}

bool PostgresqlDialect::in_transaction(Session& session) const {
  const auto status = PQtransactionStatus(handle(session));
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

bool PostgresqlDialect::reset(Session& session) const noexcept {
  auto* conn = handle(session);
  if (PQpipelineStatus(conn) != PQ_PIPELINE_OFF) return false;
  switch (PQtransactionStatus(conn)) {
    case PQTRANS_IDLE:
      return !broken(conn);
    case PQTRANS_INTRANS:
    case PQTRANS_INERROR: {
      const auto result = execute_within(conn, "ROLLBACK", kAnswerTimeout);
      return PQresultStatus(result.get()) == PGRES_COMMAND_OK &&
             PQtransactionStatus(conn) == PQTRANS_IDLE;
    }
    case PQTRANS_ACTIVE:  // a command was begun and its result not read to the end
    case PQTRANS_UNKNOWN:
      return false;
  }
  return false;
}

bool PostgresqlDialect::alive(Session& session) const noexcept {
  auto* conn = handle(session);
  const auto result = execute_within(conn, "", kAnswerTimeout);
  return PQresultStatus(result.get()) == PGRES_EMPTY_QUERY && !broken(conn);
}

void PostgresqlDialect::cancel(Session& session) const noexcept { connection(session).cancel(); }

void PostgresqlDialect::sever(Session& session) const noexcept { connection(session).sever(); }

std::string PostgresqlDialect::clock_after(std::chrono::milliseconds duration) const {
  return fmt::format("(clock_timestamp() + interval '{} milliseconds')", duration.count());
}

std::string_view PostgresqlDialect::row_lock(RowLock lock) const {
  switch (lock) {
    case RowLock::share:
      return " FOR SHARE";
    case RowLock::update:
      return " FOR UPDATE";
    case RowLock::update_unlocked:
      return " FOR UPDATE SKIP LOCKED";
  }
  return "";
}

bool PostgresqlDialect::listen(Session& session, std::string_view channel) const {
  auto* conn = handle(session);
  const Result process(PQexec(conn, "SELECT pg_backend_pid()"), &PQclear);
  if (broken(conn)) throw_error(conn, process.get());
  if (PQresultStatus(process.get()) != PGRES_TUPLES_OK) return false;
  // A pooler makes up the process that it names when a client connects.
  if (PQgetvalue(process.get(), 0, 0) != std::to_string(PQbackendPID(conn))) return false;
  const Result result(PQexec(conn, fmt::format("LISTEN {}", quote(channel)).c_str()), &PQclear);
  if (broken(conn)) throw_error(conn, result.get());
  // What speaks PostgreSQL's protocol does not always have it.
  return PQresultStatus(result.get()) == PGRES_COMMAND_OK;
}

bool PostgresqlDialect::heard(Session& session, std::chrono::milliseconds longest) const {
  auto* conn = handle(session);
  const bool heard = wait_for_notification(conn, longest);
  if (broken(conn) && !session.severed()) throw_error(conn, nullptr);
  return heard;
}

void PostgresqlDialect::notify(Session& session, std::string_view channel) const {
  // CockroachDB has no such function, and a statement that fails would fail the transaction.
  struct Known {
    explicit Known(Session& asked)
        : there(value_of(handle(asked),
                         "SELECT to_regprocedure('pg_notify(text,text)') IS NOT NULL") == "t") {}
    bool there;
  };
  if (!session.kept<Known>().there) return;
  run(connection(session), fmt::format("NOTIFY {}", quote(channel)));
}

void PostgresqlDialect::expose(
    Session& session, const std::string& space,
    const std::map<std::string, std::string, std::less<>>& values) const {
  std::string text = "SELECT true";
  std::vector<std::string> names;
  names.reserve(values.size());
  std::vector<const char*> parameters;
  for (const auto& [name, value] : values) {
    names.push_back(fmt::format("{}.{}", space, name));
    parameters.push_back(names.back().c_str());
    parameters.push_back(value.c_str());
    text += fmt::format(", set_config(${}, ${}, true)", parameters.size() - 1, parameters.size());
  }
  auto* conn = handle(session);
  const Result result(PQexecParams(conn, text.c_str(), static_cast<int>(parameters.size()), nullptr,
                                   parameters.data(), nullptr, nullptr, 0),
                      &PQclear);
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) throw_error(conn, result.get());
}

void PostgresqlDialect::execute_raw(Session& session, std::string_view statement) const {
  run(connection(session), statement);
}

std::optional<Dialect::Verdict> PostgresqlDialect::judge(Session& session,
                                                         const std::exception& error) const {
  const auto* known = dynamic_cast<const soci::soci_error*>(&error);
  if (known == nullptr) return std::nullopt;
  Verdict verdict;
  verdict.details.message = primary_message(known->get_error_message());
  if (const auto* postgresql = dynamic_cast<const soci::postgresql_soci_error*>(known)) {
    verdict.details.state = postgresql->sqlstate();
    verdict.failure = failure_of(verdict.details.state);
    if (verdict.details.state == "26000" || verdict.details.state == "42P05") {
      verdict.details.hint =
          "behind a transaction pooler, add prepared_statements=false to the database URL";
    }
  }
  if (broken(handle(session))) verdict.failure = Failure::disconnected;
  return verdict;
}

}  // namespace notes::db
