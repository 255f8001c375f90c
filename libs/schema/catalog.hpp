#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/session.hpp"
#include "schema/table.hpp"

namespace notes::schema {

/// The engines' own ways of reading their catalogs; schema/table.hpp chooses.
std::optional<Table> find_postgresql_table(db::Session& session, std::string_view schema,
                                           std::string_view name);
std::vector<std::string> postgresql_table_names(db::Session& session);

std::optional<Table> find_sqlite_table(db::Session& session, std::string_view name);
std::vector<std::string> sqlite_table_names(db::Session& session);

}  // namespace notes::schema
