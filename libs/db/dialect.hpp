#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "config/settings.hpp"
#include "db/url.hpp"

namespace notes::db {

class Session;

/// What the database said about a statement that it refused, in its own words.
struct DatabaseError {
  /// SQLSTATE ("23505"), or SQLite's extended result code ("SQLITE_CONSTRAINT_UNIQUE").
  std::string state;
  std::string message;       ///< one line, without the values of rows
  std::string hint = {};     ///< empty when the database gave none
  std::size_t position = 0;  ///< 1-based character in the statement; 0 when unknown

  friend bool operator==(const DatabaseError&, const DatabaseError&) = default;
};

/// What a failed statement means for whoever runs the transaction.
enum class Failure {
  retryable,     ///< serialization failure, deadlock, busy: run the transaction again
  disconnected,  ///< the connection is gone, or not fit for use any more: go on with another
  unique,        ///< a unique or primary-key rule
  reference,     ///< a foreign-key rule
  rule,          ///< a check, not-null or type rule
  cancelled,     ///< statement timeout or cancellation
  full,          ///< no space left, or read-only
  missing,  ///< a table or column that does not exist: the schema is not the one this build needs
  other,
};

/// The code that a failure leaves Database with: unique, reference and rule are conflict;
/// disconnected and full are unreachable (the service cannot be given now, and may be later);
/// retryable is locked; cancelled is deadline_exceeded; missing is pending; other is internal.
ErrorCode error_code(Failure failure);

/// A statement that the database refused, with what it said about it.
class StatementError : public Error {
 public:
  StatementError(ErrorCode code, const std::string& message, Failure failure,
                 DatabaseError details);

  Failure failure() const { return failure_; }
  const DatabaseError& details() const { return details_; }

 private:
  Failure failure_;
  DatabaseError details_;
};

/// Everything in which the databases differ. The base class is the portable behaviour; an engine
/// overrides only what a test shows to differ. Stateless and thread-safe.
class Dialect {
 public:
  Dialect() = default;
  Dialect(const Dialect&) = delete;
  Dialect& operator=(const Dialect&) = delete;
  virtual ~Dialect() = default;

  static const Dialect& of(Engine engine);

  virtual Engine engine() const = 0;

  /// Opens a connection and sets it up (time zone, WAL, foreign keys, busy timeout …). Throws
  /// Error{unreachable}.
  virtual std::unique_ptr<Session> connect(const Url& url,
                                           const config::DatabaseSettings& settings) const = 0;

  /// Makes a connection fit for reading only, where the engine keeps writers apart from readers.
  virtual void restrict_to_reading(Session&) const {}

  virtual std::string_view begin_write() const { return "BEGIN"; }

  /// Commits. Throws StatementError when it did not commit, also when the transaction had failed
  /// before and the database would make a rollback of it without a word.
  virtual void commit(Session& session) const;

  virtual bool in_transaction(Session& session) const = 0;

  /// Makes a session fit for its next user: ends statements that were left open and rolls back a
  /// transaction that was. False when the session cannot be used again.
  virtual bool reset(Session& session) const noexcept = 0;

  /// Asks the database; false when the connection is broken. One round trip.
  virtual bool alive(Session& session) const noexcept = 0;

  /// Stops the statement that another thread runs on this session, which then fails with
  /// Failure::cancelled; nothing when none runs. From any thread, not from a signal handler.
  virtual void cancel(Session& session) const noexcept = 0;

  /// By SQLSTATE or extended result code, never by text. Failure::other for an exception that is
  /// not the database's.
  Failure classify(Session& session, const std::exception& error) const;

  /// The exception as a StatementError: what SOCI threw gets the code of its failure; a
  /// StatementError comes back as it is. nullopt when it is not the database's. The message never
  /// holds the values that were bound.
  std::optional<StatementError> translate(Session& session, const std::exception& error) const;

  /// Runs one statement exactly as it is written, past SOCI's ":name" rewriting; rows are read and
  /// dropped. Throws StatementError{statement_failed}; {unreachable} when the connection was lost;
  /// {refused} for COPY from or to the client, for a NUL and for text that is not one statement.
  virtual void execute_raw(Session& session, std::string_view statement) const = 0;

  /// An identifier in double quotes (SQL-92 §5.2).
  virtual std::string quote(std::string_view identifier) const;

 protected:
  /// What SOCI's exception says; nullopt when it is not of this database.
  struct Verdict {
    Failure failure = Failure::other;
    DatabaseError details;
  };
  virtual std::optional<Verdict> judge(Session& session, const std::exception& error) const = 0;
};

}  // namespace notes::db
