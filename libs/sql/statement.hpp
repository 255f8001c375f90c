#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "sql/position.hpp"

namespace notes::sql {

/// Whose rules the text follows.
enum class Syntax { postgresql, sqlite };

enum class Kind {
  ordinary,             ///< may run inside a transaction block
  transaction_control,  ///< BEGIN, COMMIT, ROLLBACK, SAVEPOINT …: it would end or nest the runner's
                        ///< transaction
  standalone,  ///< the database refuses it inside a transaction block
  procedural,  ///< CALL and DO: may run in a transaction block, unless the body commits by itself
};

/// What a standalone statement leaves behind: how to find out whether one that was interrupted has
/// been done.
enum class Effect {
  none,                ///< nothing that a catalog shows
  repeatable,          ///< running it again does no harm (VACUUM, ALTER SYSTEM)
  index_created,       ///< `object` is there and valid
  index_dropped,       ///< `object` is gone
  partition_detached,  ///< `object` is no partition of `table`
  reindexed,  ///< no invalid copy is left of the index `object`, or of an index of `table`, or with
              ///< neither named of any in `object.schema`, or of any at all
};

/// A name with the schema it was written with, if any; as the database folds it, without quotes.
struct QualifiedName {
  std::string schema;
  std::string name;

  friend bool operator==(const QualifiedName&, const QualifiedName&) = default;
};

struct Statement {
  std::string text;   ///< from the first token to the last: no comment around it, no semicolon
  Position position;  ///< of the first token
  Kind kind = Kind::ordinary;
  /// For messages: "CREATE INDEX CONCURRENTLY"; empty for most ordinary statements.
  std::string command;
  Effect effect = Effect::none;
  QualifiedName object;    ///< what `effect` speaks of
  QualifiedName table;     ///< the table that `object` belongs to, where the statement names it
  std::string enum_label;  ///< the label that ALTER TYPE … ADD VALUE adds: unusable until that has
                           ///< committed

  friend bool operator==(const Statement&, const Statement&) = default;
};

/// A word, literal or operator as it is written. A view into the text it was cut from.
struct Token {
  std::string_view text;
  std::size_t offset = 0;  ///< bytes from the start of the text
};

/// The text is not SQL that can be run; what() says why, position() where.
class SyntaxError : public Error {
 public:
  SyntaxError(Position position, const std::string& reason)
      : Error(ErrorCode::malformed, reason), position_(position) {}

  const Position& position() const { return position_; }

 private:
  Position position_;
};

/// The statements of a text, in order. `start` is where the text stands in its file: positions
/// count from there.
///
/// PostgreSQL: PostgreSQL's own grammar (libpg_query) cuts and classifies, so dollar quotes and
/// BEGIN ATOMIC bodies stay whole, and a syntax error is found before anything runs. SQLite: the
/// text is cut at the semicolons (found with SQLite's lexical rules) at which sqlite3_complete(),
/// SQLite's own judge, says that a statement has ended. That is where sqlite3_prepare_v2() puts its
/// tail for every statement it accepts; a test holds the two against each other. Without a database
/// SQLite cannot check the syntax: it does so when it runs.
///
/// Throws SyntaxError for text that no parser accepts, and for what only a client program can run:
/// psql's backslash commands, the sqlite3 shell's dot commands, COPY … FROM STDIN. Thread-safe:
/// libpg_query keeps its state per thread.
std::vector<Statement> split(std::string_view text, Syntax syntax, Position start = {});

/// Everything but comments and white space, in order. Throws SyntaxError for an unterminated
/// literal or comment.
std::vector<Token> tokens(std::string_view text, Syntax syntax);

}  // namespace notes::sql
