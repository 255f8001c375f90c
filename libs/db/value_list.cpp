#include <fmt/format.h>
#include <fmt/ranges.h>

#include "db/postgresql_dialect.hpp"
#include "db/sqlite_dialect.hpp"

/// How each database is given several values in one parameter.
namespace notes::db {

std::string PostgresqlDialect::one_of(std::string_view expression, std::string_view type,
                                      std::string_view parameter) const {
  return fmt::format("{} = ANY(CAST({} AS {}[]))", expression, parameter, type);
}

std::string PostgresqlDialect::list_value(std::span<const std::string> values) const {
  return fmt::format("{{{}}}", fmt::join(values, ","));
}

std::string SqliteDialect::one_of(std::string_view expression, std::string_view,
                                  std::string_view parameter) const {
  return fmt::format("{} IN (SELECT value FROM json_each({}))", expression, parameter);
}

std::string SqliteDialect::list_value(std::span<const std::string> values) const {
  if (values.empty()) return "[]";
  return fmt::format("[\"{}\"]", fmt::join(values, "\",\""));
}

}  // namespace notes::db
