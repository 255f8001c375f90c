#include "db/query.hpp"
#include "transfer/engine_dump.hpp"

namespace notes::transfer {
namespace {

// What SQLite makes by itself is left out: its own tables, the indexes of keys (without SQL), and
// the shadow tables of virtual ones. By kind, so that each stands behind what it refers to.
constexpr auto kObjects =
    "WITH shadow (name) AS "
    "(SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow') "
    "SELECT CAST(sql AS TEXT) FROM sqlite_schema WHERE sql IS NOT NULL "
    "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND tbl_name NOT IN (SELECT name FROM shadow) "
    "ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 WHEN 'view' THEN 3 ELSE 4 END, "
    "name";

/// With a semicolon that no comment at the statement's end can hide.
std::string ended(const std::string& statement) {
  const auto last_line = statement.rfind('\n') + 1;
  const bool commented = statement.find("--", last_line) != std::string::npos;
  return statement + (commented ? "\n;\n" : ";\n");
}

}  // namespace

std::string dump_sqlite(db::Session& session, std::string_view rows) {
  std::string text = "BEGIN;\n";
  for (const auto& row : db::query(session, kObjects)) text += ended(row[0].value_or(""));
  return text.append(rows) + "COMMIT;\n";
}

}  // namespace notes::transfer
