#pragma once

#include <string>
#include <string_view>

#include "db/dialect.hpp"

namespace notes::migrate {

/// The tool's own tables: the history under this name, and beside it NAME_events, NAME_journal and
/// NAME_state.
class TableName {
 public:
  static constexpr std::string_view kDefault = "notes_migrate";

  /// "name" or "schema.name", each of letters, digits and underscores and not beginning with a
  /// digit; at most 48 characters a part, so that the longest derived name is one that PostgreSQL
  /// keeps whole. Throws Error{usage}.
  explicit TableName(std::string_view text);

  const std::string& schema() const { return schema_; }
  std::string name(std::string_view suffix) const { return name_ + std::string(suffix); }
  /// Quoted, with the schema: to be put into a statement.
  std::string quoted(const db::Dialect& dialect, std::string_view suffix) const;
  /// As it was written.
  std::string text() const;

 private:
  std::string schema_;
  std::string name_;
};

}  // namespace notes::migrate
