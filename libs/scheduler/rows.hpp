#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/timestamp.hpp"
#include "db/query.hpp"

namespace notes::scheduler {

/// A row of text columns read as values; what cannot be read is Error{internal} that names the
/// table. Refers to the row.
class RowReader {
 public:
  RowReader(std::string_view table, const std::vector<db::Text>& row) : table_(table), row_(row) {}

  bool null(std::size_t at) const { return !row_.at(at); }
  /// "" for NULL.
  std::string text(std::size_t at) const { return row_.at(at).value_or(""); }
  std::int64_t number(std::size_t at) const;
  Timestamp time(std::size_t at) const;
  std::optional<Timestamp> maybe_time(std::size_t at) const;
  template <typename T>
  T id(std::size_t at) const {
    const auto read = T::parse(text(at));
    if (!read) refuse(at);
    return *read;
  }
  [[noreturn]] void refuse(std::size_t at) const;

 private:
  std::string_view table_;
  const std::vector<db::Text>& row_;
};

/// A value on its way into a statement.
db::Text stored(const std::optional<Timestamp>& time);
/// NULL when it is empty.
db::Text stored_or_null(const std::string& text);

/// ":p3, :p4, :p5": each of the values as a parameter.
std::string list(db::Placeholders& parameters, const std::vector<std::string>& values);

}  // namespace notes::scheduler
