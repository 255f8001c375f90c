#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "db/url.hpp"

namespace notes::db {

class Session;

/// What the database said about a statement that it refused, in its own words.
struct DatabaseError {
  std::string state;         ///< SQLSTATE ("23505"), or SQLite's extended result code ("SQLITE_CONSTRAINT_UNIQUE")
  std::string message;
  std::string hint;          ///< empty when the database gave none
  std::size_t position = 0;  ///< 1-based character in the statement; 0 when unknown
};

/// What a failed statement means for whoever runs the transaction.
enum class Failure {
  retryable,       ///< serialization failure, deadlock, busy: run the transaction again
  disconnected,    ///< the connection is gone
  unique,          ///< a unique or primary-key rule
  reference,       ///< a foreign-key rule
  rule,            ///< a check, not-null or type rule
  cancelled,       ///< statement timeout or cancellation
  full,            ///< no space left, or read-only
  missing,         ///< a table or column that does not exist: the schema is not the one this build needs
  other,
};

/// Everything in which the databases differ. The base class is the portable behaviour; an engine overrides only what a test
/// shows to differ. Stateless and thread-safe.
class Dialect {
 public:
  virtual ~Dialect() = default;

  static const Dialect& of(Engine engine);

  virtual Engine engine() const = 0;
  /// Sets up a new connection (time zone, WAL, foreign keys, busy timeout …).
  virtual void prepare_connection(Session& session) const = 0;
  virtual std::string_view begin_write() const { return "BEGIN"; }
  virtual bool in_transaction(Session& session) const = 0;
  /// False when the connection is known to be broken.
  virtual bool alive(Session& session) const = 0;

  /// By SQLSTATE or extended result code, never by text.
  virtual Failure classify(Session& session, const std::exception& error) const = 0;

  /// Runs one statement exactly as it is written, past SOCI's ":name" rewriting; rows are read and dropped. Throws Error.
  virtual void execute_raw(Session& session, std::string_view statement) const = 0;

  /// An identifier in double quotes (SQL-92 §5.2).
  virtual std::string quote(std::string_view identifier) const;
};

}  // namespace notes::db
