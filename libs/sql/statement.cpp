#include "sql/statement.hpp"

#include "sql/postgresql.hpp"
#include "sql/sqlite.hpp"

namespace notes::sql {

std::vector<Statement> split(std::string_view text, Syntax syntax, Position start) {
  switch (syntax) {
    case Syntax::postgresql:
      return split_postgresql(text, start);
    case Syntax::sqlite:
      return split_sqlite(text, start);
  }
  return {};
}

std::vector<Token> tokens(std::string_view text, Syntax syntax) {
  switch (syntax) {
    case Syntax::postgresql:
      return tokens_postgresql(text, {});
    case Syntax::sqlite:
      return tokens_sqlite(text, {});
  }
  return {};
}

}  // namespace notes::sql
