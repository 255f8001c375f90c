#include "schema/table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "schema/catalog.hpp"

namespace notes::schema {

const Column* Table::find(std::string_view column) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const Column& each) { return each.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

bool Table::is_unique(const std::vector<std::string>& key) const {
  return std::any_of(unique_keys.begin(), unique_keys.end(), [&](const auto& unique) {
    return unique.size() == key.size() &&
           std::is_permutation(unique.begin(), unique.end(), key.begin());
  });
}

std::string quoted(const db::Dialect& dialect, const Table& table) {
  const auto name = dialect.quote(table.name);
  return table.schema.empty() ? name : dialect.quote(table.schema) + "." + name;
}

std::string parameter(const Column& column, std::size_t number) {
  if (column.kind == ValueKind::native) return fmt::format("CAST(:p{} AS {})", number, column.type);
  return fmt::format(":p{}", number);
}

std::optional<Table> find_table(db::Session& session, std::string_view name) {
  switch (session.dialect().engine()) {
    case db::Engine::sqlite:
      return find_sqlite_table(session, name);
    case db::Engine::postgresql: {
      const auto dot = name.find('.');
      if (dot == std::string_view::npos) return find_postgresql_table(session, "", name);
      return find_postgresql_table(session, name.substr(0, dot), name.substr(dot + 1));
    }
  }
  return std::nullopt;
}

std::vector<std::string> table_names(db::Session& session) {
  switch (session.dialect().engine()) {
    case db::Engine::sqlite:
      return sqlite_table_names(session);
    case db::Engine::postgresql:
      return postgresql_table_names(session);
  }
  return {};
}

Table require_table(db::Session& session, std::string_view name) {
  if (auto table = find_table(session, name)) return *std::move(table);
  const auto names = table_names(session);
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  throw Error(
      ErrorCode::usage,
      fmt::format("{}: there is no such table in the database{}; create it with a migration", name,
                  did_you_mean(name, candidates)));
}

}  // namespace notes::schema
