#include "store/row_text.hpp"

#include <charconv>

namespace notes::store {

const std::string& text_of(const db::Text& column) {
  if (!column) throw Error(ErrorCode::internal, "a row has NULL where a value must be");
  return *column;
}

std::int64_t number_of(const db::Text& column) {
  const auto& text = text_of(column);
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  if (const auto [stop, error] = std::from_chars(text.data(), end, number);
      error != std::errc() || stop != end)
    throw Error(ErrorCode::internal, "a row has the number '" + text + "'");
  return number;
}

Timestamp time_of(const db::Text& column) {
  const auto time = Timestamp::parse(text_of(column));
  if (!time) throw Error(ErrorCode::internal, "a row has the time '" + *column + "'");
  return *time;
}

domain::Role role_of(const db::Text& column) {
  const auto role = domain::parse_role(text_of(column));
  if (!role) throw Error(ErrorCode::internal, "a row has the role '" + *column + "'");
  return *role;
}

std::optional<Timestamp> maybe_time_of(const db::Text& column) {
  if (!column) return std::nullopt;
  return time_of(column);
}

std::int64_t number_of(const std::vector<std::vector<db::Text>>& rows) {
  return number_of(rows.at(0).at(0));
}

}  // namespace notes::store
