#include "migrate/table_name.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"

namespace notes::migrate {
namespace {

constexpr std::size_t kLongest = 48;

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > kLongest || (text.front() >= '0' && text.front() <= '9'))
    return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
}

}  // namespace

TableName::TableName(std::string_view text) {
  const auto dot = text.find('.');
  const bool qualified = dot != std::string_view::npos;
  if (qualified) schema_ = text.substr(0, dot);
  name_ = qualified ? text.substr(dot + 1) : text;
  if (!is_name(name_) || (qualified && !is_name(schema_))) {
    throw Error(ErrorCode::usage, fmt::format("table '{}': expected NAME or SCHEMA.NAME of "
                                              "letters, digits and underscores, {} at most each",
                                              text, kLongest));
  }
}

std::string TableName::quoted(const db::Dialect& dialect, std::string_view suffix) const {
  const std::string table = dialect.quote(name(suffix));
  return schema_.empty() ? table : dialect.quote(schema_) + "." + table;
}

std::string TableName::text() const { return schema_.empty() ? name_ : schema_ + "." + name_; }

}  // namespace notes::migrate
