#include "store/row_inserts.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "db/dialect.hpp"

namespace notes::store {

RowInserts::RowInserts(db::Session& session, Shape shape)
    : session_(session), shape_(std::move(shape)) {}

std::vector<RowInserts::Row> RowInserts::run(const std::vector<Row>& rows) {
  std::vector<Row> returned;
  const auto most =
      std::max<std::size_t>(session_.dialect().values_at_once() / shape_.columns.size(), 1);
  for (std::size_t at = 0; at < rows.size();) {
    const auto count = std::bit_floor(std::min(rows.size() - at, most));
    Row values;
    values.reserve(count * shape_.columns.size());
    for (const auto end = at + count; at < end; ++at) {
      values.insert(values.end(), rows[at].begin(), rows[at].end());
    }
    auto got = statement_for(count).run(values);
    std::move(got.begin(), got.end(), std::back_inserter(returned));
  }
  return returned;
}

db::PreparedQuery& RowInserts::statement_for(std::size_t rows) {
  if (const auto found = statements_.find(rows); found != statements_.end()) return found->second;
  std::string values;
  std::size_t parameter = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    values += row == 0 ? "(" : "), (";
    for (std::size_t column = 0; column < shape_.columns.size(); ++column) {
      if (column > 0) values += ", ";
      values += fmt::format(fmt::runtime(shape_.columns[column]), fmt::format(":p{}", parameter++));
    }
  }
  values += ")";
  const auto text = fmt::format(fmt::runtime(shape_.statement), values);
  return statements_.try_emplace(rows, session_, text, parameter, shape_.returned).first->second;
}

}  // namespace notes::store
