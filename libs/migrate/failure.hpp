#pragma once

#include <string>

#include "base/error.hpp"
#include "sql/position.hpp"

namespace notes::migrate {

/// A migration that did not go through. what() is the whole story for a person, over several lines;
/// the members are for machines.
///
/// Codes: statement_failed; locked when a table's lock was not obtained within the lock timeout;
/// interrupted; unreachable when the connection was lost.
class MigrationFailure : public Error {
 public:
  struct Details {
    std::string revision;
    std::string file;
    sql::Position position;  ///< of the mistake, where the database tells, else of the statement
    std::string statement;   ///< empty when it was not a statement that failed
    std::string state;       ///< SQLSTATE or SQLite's result code
    std::string message;     ///< the database's own
    std::string hint;
    std::string blocker;  ///< who held the lock that was not obtained; empty when not known
    std::string outcome;  ///< what state the database is in, and the way out
  };

  MigrationFailure(ErrorCode code, Details details);

  const Details& details() const { return details_; }

 private:
  Details details_;
};

}  // namespace notes::migrate
