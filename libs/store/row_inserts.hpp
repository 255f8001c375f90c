#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "db/query.hpp"
#include "db/session.hpp"

namespace notes::store {

/// An INSERT for any number of rows, as few statements as Dialect::values_at_once() allows: those
/// of each power of two are kept prepared, so that no number of rows is one to prepare anew for. A
/// member or a base of what Session::kept() keeps.
class RowInserts {
 public:
  using Row = std::vector<db::Text>;

  struct Shape {
    std::string statement;             ///< "INSERT INTO t (a, b) VALUES {} …"
    std::vector<std::string> columns;  ///< what becomes of each value: "{}", "LOWER({})"
    std::size_t returned = 0;          ///< the columns behind its RETURNING
  };

  RowInserts(db::Session& session, Shape shape);

  /// What the statements return. Throws db::StatementError.
  std::vector<Row> run(const std::vector<Row>& rows);

 private:
  db::PreparedQuery& statement_for(std::size_t rows);

  db::Session& session_;
  const Shape shape_;
  std::map<std::size_t, db::PreparedQuery> statements_;  ///< by their numbers of rows
};

}  // namespace notes::store
