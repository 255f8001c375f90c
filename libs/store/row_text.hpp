#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "db/query.hpp"
#include "domain/user.hpp"

/// Columns of db::query() as values: what the schema rules out is Error{internal}.
namespace notes::store {

/// A column that is never NULL.
const std::string& text_of(const db::Text& column);
std::int64_t number_of(const db::Text& column);
Timestamp time_of(const db::Text& column);
domain::Role role_of(const db::Text& column);

/// A column that may be NULL.
std::optional<Timestamp> maybe_time_of(const db::Text& column);

template <typename T>
T id_of(const db::Text& column) {
  const auto id = T::parse(text_of(column));
  if (!id) throw Error(ErrorCode::internal, "a row has the id '" + *column + "'");
  return *id;
}

/// The one number of a statement that counts.
std::int64_t number_of(const std::vector<std::vector<db::Text>>& rows);

}  // namespace notes::store
