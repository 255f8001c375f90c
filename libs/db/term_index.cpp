#include <fmt/format.h>

#include "db/postgresql_dialect.hpp"
#include "db/sqlite_dialect.hpp"

/// How each database keeps an index of terms, and is asked for them.
namespace notes::db {
namespace {

/// The text in quotation marks, one of which in it is written twice.
std::string quoted(std::string_view text, char mark) {
  std::string written(1, mark);
  for (const char c : text) {
    if (c == mark) written += mark;
    written += c;
  }
  return written += mark;
}

}  // namespace

std::string PostgresqlDialect::terms_value(std::string_view parameter) const {
  return fmt::format("array_to_tsvector(string_to_array({}, ' '))", parameter);
}

std::string PostgresqlDialect::having_terms(std::string_view table,
                                            std::string_view parameter) const {
  return fmt::format("FROM {0} WHERE {0}.terms @@ CAST({1} AS TSQUERY)", table, parameter);
}

std::string PostgresqlDialect::terms_wanted(std::span<const Term> all_of) const {
  std::string query;
  for (const auto& [text, prefix] : all_of) {
    query +=
        fmt::format("{}{}{}", query.empty() ? "" : " & ", quoted(text, '\''), prefix ? ":*" : "");
  }
  return query;
}

std::string SqliteDialect::terms_value(std::string_view parameter) const {
  return std::string(parameter);
}

std::string SqliteDialect::having_terms(std::string_view table, std::string_view parameter) const {
  // A join, and not IN (SELECT …): that would gather every row before the first is looked at.
  return fmt::format(
      "FROM {0}_index JOIN {0} ON {0}.document = {0}_index.rowid WHERE {0}_index MATCH {1}", table,
      parameter);
}

std::string SqliteDialect::terms_wanted(std::span<const Term> all_of) const {
  std::string query;
  for (const auto& [text, prefix] : all_of) {
    query +=
        fmt::format("{}{}{}", query.empty() ? "" : " AND ", quoted(text, '"'), prefix ? " *" : "");
  }
  return query;
}

}  // namespace notes::db
