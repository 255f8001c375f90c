#include <string>
#include <utility>

#include "db/query.hpp"
#include "schema/catalog.hpp"

namespace notes::schema {
namespace {

constexpr auto kFindTable =
    "SELECT CAST(n.nspname AS TEXT), CAST(c.relname AS TEXT) FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.oid = to_regclass(:p0) AND c.relkind IN ('r', 'p')";

// With -1 for the modifier a CAST does not cut text: char(3) and varchar(3) refuse what is longer.
constexpr auto kColumns =
    "SELECT CAST(a.attname AS TEXT), CAST(format_type(a.atttypid, -1) AS TEXT), "
    "CAST(a.attnotnull AS TEXT), CAST(a.attgenerated <> '' OR a.attidentity = 'a' AS TEXT) "
    "FROM pg_attribute a WHERE a.attrelid = to_regclass(:p0) AND a.attnum > 0 "
    "AND NOT a.attisdropped ORDER BY a.attnum";

constexpr auto kUniqueKeys =
    "SELECT CAST(i.indexrelid AS TEXT), CAST(i.indisprimary AS TEXT), CAST(a.attname AS TEXT) "
    "FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place) "
    "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum "
    "WHERE i.indrelid = to_regclass(:p0) AND i.indisunique AND i.indisvalid AND i.indimmediate "
    "AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts "
    "ORDER BY i.indisprimary DESC, i.indexrelid, k.place";

constexpr auto kTableNames =
    "SELECT CASE WHEN pg_table_is_visible(c.oid) THEN CAST(c.relname AS TEXT) "
    "ELSE n.nspname || '.' || c.relname END AS shown "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname <> 'information_schema' "
    "AND n.nspname NOT LIKE 'pg\\_%' ORDER BY shown";

void read_columns(db::Session& session, const std::string& name, Table& table) {
  for (auto& row : db::query(session, kColumns, {name})) {
    Column column;
    column.name = row[0].value_or("");
    column.type = row[1].value_or("");
    column.required = row[2] == "true";
    column.generated = row[3] == "true";
    column.binary = column.type == "bytea";
    table.columns.push_back(std::move(column));
  }
}

void read_unique_keys(db::Session& session, const std::string& name, Table& table) {
  db::Text index;
  for (const auto& row : db::query(session, kUniqueKeys, {name})) {
    if (row[0] != index) table.unique_keys.emplace_back();
    index = row[0];
    table.unique_keys.back().push_back(row[2].value_or(""));
    if (row[1] == "true") table.primary_key = table.unique_keys.back();
  }
}

}  // namespace

std::optional<Table> find_postgresql_table(db::Session& session, std::string_view schema,
                                           std::string_view name) {
  const auto& dialect = session.dialect();
  auto written = dialect.quote(name);
  if (!schema.empty()) written = dialect.quote(schema) + "." + written;
  const auto found = db::query(session, kFindTable, {written});
  if (found.empty()) return std::nullopt;
  Table table;
  table.schema = found[0][0].value_or("");
  table.name = found[0][1].value_or("");
  read_columns(session, written, table);
  read_unique_keys(session, written, table);
  return table;
}

std::vector<std::string> postgresql_table_names(db::Session& session) {
  std::vector<std::string> names;
  for (const auto& row : db::query(session, kTableNames)) names.push_back(row[0].value_or(""));
  return names;
}

}  // namespace notes::schema
