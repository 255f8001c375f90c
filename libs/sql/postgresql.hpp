#pragma once

#include <string_view>
#include <vector>

#include "sql/statement.hpp"

namespace notes::sql {

/// split() and tokens() by PostgreSQL's rules.
std::vector<Statement> split_postgresql(std::string_view text, Position start);
std::vector<Token> tokens_postgresql(std::string_view text, Position start);

}  // namespace notes::sql
