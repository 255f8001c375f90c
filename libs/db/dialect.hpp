#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "config/settings.hpp"
#include "db/url.hpp"

namespace notes::db {

class Session;

/// What is looked for in an index of terms.
struct Term {
  std::string text;     ///< without blanks and ASCII punctuation
  bool prefix = false;  ///< every term that begins so
};

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
  outdated,  ///< a kept statement was planned for a table that has been altered since: it is to be
             ///< prepared again
  missing,   ///< a table or column that does not exist: the schema is not the one this build needs
  other,
};

/// The code that a failure leaves Database with: unique, reference and rule are conflict;
/// disconnected and full are unreachable (the service cannot be given now, and may be later);
/// retryable is locked; cancelled is deadline_exceeded; missing is pending; outdated and other
/// are internal.
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

/// What a SELECT does to the rows it finds, until its transaction ends.
enum class RowLock {
  share,            ///< nobody may change them
  update,           ///< nobody else may change or lock them
  update_unlocked,  ///< as update; rows that somebody holds are left out instead of waited for
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

  /// Begins a transaction that writes, in one round trip. Where a server can, it ends the session
  /// of a client that lets it wait longer than `idle_limit` between two statements, so that a
  /// process that was stopped does not hold its locks for ever.
  virtual void begin(Session& session, std::optional<std::chrono::milliseconds> idle_limit) const;

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

  /// Breaks the connection under the call that another thread is in; see Session::sever, which is
  /// what to call. From any thread, not from a signal handler.
  virtual void sever(Session& session) const noexcept = 0;

  /// The database's own clock moved by a duration, as an SQL expression that goes into a column of
  /// times and compares with one; not the time at which the transaction began.
  virtual std::string clock_after(std::chrono::milliseconds duration) const = 0;

  /// What locks the rows of a SELECT, with a blank in front, to stand at its end; empty where a
  /// transaction that writes has the whole database to itself.
  virtual std::string_view row_lock(RowLock) const { return ""; }

  /// The aggregate of the texts of a group, its first argument, with the second one between them;
  /// in no order.
  virtual std::string_view joining_aggregate() const { return "STRING_AGG"; }

  /// A condition: an expression, which yields text or a column's `type` (UUID, TEXT), is one of the
  /// values that a parameter (":p0") has as list_value() writes them.
  virtual std::string one_of(std::string_view expression, std::string_view type,
                             std::string_view parameter) const = 0;
  /// Several values as one parameter. Precondition: ids, digests and the like, with nothing in them
  /// that is quoted anywhere.
  virtual std::string list_value(std::span<const std::string> values) const = 0;

  /// How many values one INSERT of many rows is best given. SQLite looks each parameter up among
  /// all of them; what it has to do at a statement's end is worth a few rows at once all the same.
  virtual std::size_t values_at_once() const { return 96; }

  /// An index of terms: a table `t` with a column `terms`, which on SQLite is the content of an
  /// FTS5 table `t_index`. This is what the column is given, as an expression of a parameter
  /// (":p0"): the terms, each once, with a blank between each two.
  virtual std::string terms_value(std::string_view parameter) const = 0;

  /// From FROM on, what finds the rows of that table that have what a parameter says as
  /// terms_wanted() writes it.
  virtual std::string having_terms(std::string_view table, std::string_view parameter) const = 0;

  /// All of these terms, at least one.
  virtual std::string terms_wanted(std::span<const Term> all_of) const = 0;

  /// Hears from now on what notify() says on a channel. False where nothing can be heard: in an
  /// engine without notifications, and behind a connection pooler, where the server's session may
  /// be another's the next moment.
  virtual bool listen(Session&, std::string_view) const { return false; }

  /// After listen() was true: waits until something is heard, at most that long; what came since
  /// the last call counts. False when the session was severed. Throws StatementError{unreachable}
  /// when the connection is lost.
  virtual bool heard(Session&, std::chrono::milliseconds) const { return false; }

  /// Tells whoever listens on a channel, when the transaction commits or, outside one, at once.
  /// Does nothing where nobody can.
  virtual void notify(Session&, std::string_view) const {}

  /// Values that the statements of the open transaction can read by their names. PostgreSQL:
  /// current_setting('SPACE.NAME', true), until the transaction ends. SQLite: SPACE('NAME'), NULL
  /// for a name that is not there, until the session exposes others in this space. `space` and the
  /// names are identifiers, the names with dots between them if they like.
  virtual void expose(Session& session, const std::string& space,
                      const std::map<std::string, std::string, std::less<>>& values) const = 0;

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
