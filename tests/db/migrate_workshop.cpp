#include "db/migrate_workshop.hpp"

#include <fmt/format.h>

namespace notes::tests {
namespace {

constexpr auto kSqliteSchema =
    "SELECT CAST(type || ' ' || name || ' ' || coalesce(sql, '') AS TEXT) FROM sqlite_master "
    "WHERE tbl_name NOT LIKE 'notes\\_migrate%' ESCAPE '\\' ORDER BY type, name";

constexpr auto kPostgresqlSchema =
    "SELECT CAST(concat_ws(' ', 'column', table_name, column_name, data_type, is_nullable, "
    "column_default) AS TEXT) AS line "
    "FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE "
    "'notes\\_migrate%' "
    "UNION ALL SELECT CAST(concat('index ', indexdef) AS TEXT) FROM pg_indexes "
    "WHERE schemaname = 'public' AND tablename NOT LIKE 'notes\\_migrate%' "
    "UNION ALL SELECT CAST(concat_ws(' ', 'constraint', CAST(conrelid AS REGCLASS), conname, "
    "pg_get_constraintdef(oid)) AS TEXT) FROM pg_constraint "
    "WHERE connamespace = CAST('public' AS REGNAMESPACE) AND CAST(CAST(conrelid AS REGCLASS) AS "
    "TEXT) NOT LIKE 'notes\\_migrate%' "
    "ORDER BY line";

}  // namespace

std::vector<std::string> schema_of(const std::string& url) {
  const auto where = db::Url::parse(url);
  const auto session = db::open_session(where, database_settings(url));
  std::vector<std::string> lines;
  for (auto& row : db::query(
           *session, where.engine() == db::Engine::sqlite ? kSqliteSchema : kPostgresqlSchema)) {
    lines.push_back(std::move(row.front()).value_or(""));
  }
  return lines;
}

std::vector<std::string> ids(const migrate::Report& report) {
  std::vector<std::string> found;
  for (const auto& step : report.steps) found.push_back(step.revision);
  return found;
}

std::string migration(std::string_view id, std::string_view parent, std::string_view up,
                      std::string_view down) {
  return fmt::format(
      "-- revision: {}\n-- down_revision: {}\n-- migrate:up\n{}\n-- migrate:down\n{}\n", id, parent,
      up, down);
}

}  // namespace notes::tests
