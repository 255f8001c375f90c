#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "db/query.hpp"
#include "schema/catalog.hpp"

namespace notes::schema {
namespace {

constexpr auto kFindTable =
    "SELECT CAST(name AS TEXT) FROM sqlite_schema WHERE type = 'table' AND name = :p0 "
    "COLLATE NOCASE";

constexpr auto kColumns =
    "SELECT CAST(name AS TEXT), CAST(type AS TEXT), CAST(\"notnull\" AS TEXT), "
    "CAST(hidden > 1 AS TEXT), CAST(pk AS TEXT) FROM pragma_table_xinfo(:p0) "
    "WHERE hidden <> 1 ORDER BY cid";

constexpr auto kUniqueKeys =
    "SELECT CAST(list.seq AS TEXT), CAST(part.name AS TEXT), CAST(part.cid >= 0 AS TEXT) "
    "FROM pragma_index_list(:p0) AS list JOIN pragma_index_xinfo(list.name) AS part "
    "WHERE list.\"unique\" = 1 AND list.partial = 0 AND part.key = 1 ORDER BY list.seq, part.seqno";

constexpr auto kTableNames =
    "SELECT CAST(name AS TEXT) FROM sqlite_schema WHERE type = 'table' "
    "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";

struct TypeWord {
  std::string_view word;
  ValueKind kind;
};

// The first word that the declared type holds decides, as in SQLite's own rule of affinity
// (sqlite.org/datatype3.html §3.1), with the types of PostgreSQL before it.
constexpr std::array kTypeWords{
    TypeWord{"TIMESTAMPTZ", ValueKind::timestamp},
    TypeWord{"WITH TIME ZONE", ValueKind::timestamp},
    TypeWord{"UUID", ValueKind::uuid},
    TypeWord{"JSON", ValueKind::json},
    TypeWord{"BOOL", ValueKind::boolean},
    TypeWord{"INTERVAL", ValueKind::text},
    TypeWord{"POINT", ValueKind::text},
    TypeWord{"INT", ValueKind::integer},
    TypeWord{"CHAR", ValueKind::text},
    TypeWord{"CLOB", ValueKind::text},
    TypeWord{"TEXT", ValueKind::text},
    TypeWord{"REAL", ValueKind::number},
    TypeWord{"FLOA", ValueKind::number},
    TypeWord{"DOUB", ValueKind::number},
    TypeWord{"NUMERIC", ValueKind::number},
    TypeWord{"DECIMAL", ValueKind::number},
};

Column column_of(std::string name, std::string type) {
  Column column;
  column.name = std::move(name);
  column.type = std::move(type);
  auto upper = column.type;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  const auto found = std::find_if(kTypeWords.begin(), kTypeWords.end(), [&](const TypeWord& each) {
    return upper.find(each.word) != std::string::npos;
  });
  column.kind = found == kTypeWords.end() ? ValueKind::text : found->kind;
  column.binary =
      upper.find("BLOB") != std::string::npos || upper.find("BYTEA") != std::string::npos;
  return column;
}

void read_columns(db::Session& session, Table& table) {
  std::vector<std::pair<int, std::string>> key;
  for (auto& row : db::query(session, kColumns, {table.name})) {
    auto column = column_of(row[0].value_or(""), row[1].value_or(""));
    column.required = row[2] == "1";
    column.generated = row[3] == "1";
    if (const int place = std::stoi(row[4].value_or("0")); place > 0)
      key.emplace_back(place, column.name);
    table.columns.push_back(std::move(column));
  }
  std::sort(key.begin(), key.end());
  for (auto& [place, name] : key) table.primary_key.push_back(std::move(name));
}

void read_unique_keys(db::Session& session, Table& table) {
  if (!table.primary_key.empty()) table.unique_keys.push_back(table.primary_key);
  db::Text index;
  std::vector<std::vector<std::string>> found;
  std::vector<bool> of_columns;  // and not of expressions
  for (const auto& row : db::query(session, kUniqueKeys, {table.name})) {
    if (row[0] != index) {
      found.emplace_back();
      of_columns.push_back(true);
    }
    index = row[0];
    found.back().push_back(row[1].value_or(""));
    if (row[2] != "1") of_columns.back() = false;
  }
  for (std::size_t at = 0; at < found.size(); ++at) {
    if (of_columns[at] && found[at] != table.primary_key) table.unique_keys.push_back(found[at]);
  }
}

}  // namespace

std::optional<Table> find_sqlite_table(db::Session& session, std::string_view name) {
  const auto found = db::query(session, kFindTable, {std::string(name)});
  if (found.empty()) return std::nullopt;
  Table table;
  table.name = found[0][0].value_or("");
  read_columns(session, table);
  read_unique_keys(session, table);
  return table;
}

std::vector<std::string> sqlite_table_names(db::Session& session) {
  std::vector<std::string> names;
  for (const auto& row : db::query(session, kTableNames)) names.push_back(row[0].value_or(""));
  return names;
}

}  // namespace notes::schema
