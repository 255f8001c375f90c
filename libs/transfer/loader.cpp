#include "transfer/loader.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "transfer/postgresql_loader.hpp"
#include "transfer/sqlite_loader.hpp"

namespace notes::transfer {

std::string Target::conflict_clause(const db::Dialect& dialect) const {
  if (on_conflict == OnConflict::fail) return "";
  std::vector<std::string> quoted_key;
  for (const auto& column : key) quoted_key.push_back(dialect.quote(column));
  std::vector<std::string> set;
  for (const auto& column : columns) {
    if (std::find(key.begin(), key.end(), column) == key.end())
      set.push_back(fmt::format("{0} = excluded.{0}", dialect.quote(column)));
  }
  if (on_conflict == OnConflict::skip || set.empty())
    return fmt::format("ON CONFLICT ({}) DO NOTHING", fmt::join(quoted_key, ", "));
  return fmt::format("ON CONFLICT ({}) DO UPDATE SET {}", fmt::join(quoted_key, ", "),
                     fmt::join(set, ", "));
}

std::unique_ptr<Loader> Loader::make(db::Session& session, const Target& target) {
  switch (session.dialect().engine()) {
    case db::Engine::sqlite:
      return std::make_unique<SqliteLoader>(session, target);
    case db::Engine::postgresql:
      return std::make_unique<PostgresqlLoader>(session, target);
  }
  return nullptr;
}

Error conflict_at(const Record& record, const Target& target) {
  return {
      ErrorCode::conflict,
      fmt::format("line {}: a row with this ({}) is in {} already; --on-conflict skip or update "
                  "says what to do with it",
                  record.line(), fmt::join(target.key, ", "), target.table.name)};
}

}  // namespace notes::transfer
