#pragma once

#include <string>
#include <vector>

#include "db/url.hpp"
#include "migrate/migration.hpp"
#include "sql/statement.hpp"

namespace notes::migrate {

/// A statement of a migration and how it may be run again.
struct BatchStatement {
  sql::Statement statement;
  bool idempotent = false;  ///< `-- migrate:idempotent` stands in front of it
};

/// Statements that are run in the same way: all in one transaction, or each by itself.
struct Batch {
  bool transactional = true;
  std::vector<BatchStatement> statements;
};

/// What one direction of a migration does on one engine, in the order of the file; neighbouring
/// transactional sections are one batch. A section of nothing but statements that cannot run in a
/// transaction is taken out of it, also without `transaction:false`.
///
/// Throws Error{malformed} with file, line and way out, before anything runs: a syntax error;
/// BEGIN, COMMIT and their kind; a statement that cannot run in a transaction among others that do;
/// an enum label used in the transaction that adds it.
std::vector<Batch> batches(const Migration& migration, Direction direction, db::Engine engine);

/// SHA-256 over the tokens of all sections that `engine` runs, both directions: comments, white
/// space and the header do not count, so that rewording them is not a change to what was applied.
/// Throws Error{malformed}.
std::string token_checksum(const Migration& migration, db::Engine engine);

}  // namespace notes::migrate
