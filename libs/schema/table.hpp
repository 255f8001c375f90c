#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/session.hpp"
#include "schema/canonical.hpp"

namespace notes::schema {

struct Column {
  std::string name;
  std::string type;  ///< as a CAST on this database names it; as declared on SQLite, may be empty
  ValueKind kind = ValueKind::native;
  bool required = false;   ///< NOT NULL
  bool generated = false;  ///< the database computes it; nothing can be put into it
  bool binary = false;     ///< bytes, which text cannot stand for on both databases

  friend bool operator==(const Column&, const Column&) = default;
};

/// A table as it stands in the database.
struct Table {
  std::string schema;  ///< empty on SQLite
  std::string name;
  std::vector<Column> columns;
  std::vector<std::string> primary_key;  ///< empty when there is none
  /// The columns of each unique rule that ON CONFLICT can name: the primary key, unique constraints
  /// and unique indexes that are neither partial nor over expressions.
  std::vector<std::vector<std::string>> unique_keys;

  /// nullptr when there is no such column. Names are compared as they are written.
  const Column* find(std::string_view column) const;
  /// Whether these columns, in any order, are a unique key.
  bool is_unique(const std::vector<std::string>& key) const;
};

/// The table's name, quoted, to be put into a statement.
std::string quoted(const db::Dialect& dialect, const Table& table);

/// A parameter of this number (":p3") with the cast that lets text become the column's type.
std::string parameter(const Column& column, std::size_t number);

/// Looks a table up by NAME or SCHEMA.NAME; PostgreSQL's search path holds. nullopt when there is
/// none, or it is a view. Throws db::StatementError.
std::optional<Table> find_table(db::Session& session, std::string_view name);

/// find_table, or Error{usage} that names tables with a like name.
Table require_table(db::Session& session, std::string_view name);

/// The names of all tables that are the user's, sorted; with "schema." in front when it is not on
/// the search path.
std::vector<std::string> table_names(db::Session& session);

}  // namespace notes::schema
