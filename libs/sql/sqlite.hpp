#pragma once

#include <string_view>
#include <vector>

#include "sql/statement.hpp"

namespace notes::sql {

/// split() and tokens() by SQLite's rules (https://www.sqlite.org/lang.html and its tokenizer).
std::vector<Statement> split_sqlite(std::string_view text, Position start);
std::vector<Token> tokens_sqlite(std::string_view text, Position start);

}  // namespace notes::sql
