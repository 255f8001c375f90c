#include "scheduler/rows.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"

namespace notes::scheduler {

std::int64_t RowReader::number(std::size_t at) const {
  const auto written = text(at);
  std::int64_t value = 0;
  const auto* end = written.data() + written.size();
  const auto [stopped, error] = std::from_chars(written.data(), end, value);
  if (error != std::errc() || stopped != end) refuse(at);
  return value;
}

Timestamp RowReader::time(std::size_t at) const {
  const auto read = Timestamp::parse(text(at));
  if (!read) refuse(at);
  return *read;
}

std::optional<Timestamp> RowReader::maybe_time(std::size_t at) const {
  if (null(at)) return std::nullopt;
  return time(at);
}

void RowReader::refuse(std::size_t at) const {
  throw Error(ErrorCode::internal, fmt::format("{}: a row has '{}' in column {} of what was read",
                                               table_, text(at), at + 1));
}

db::Text stored(const std::optional<Timestamp>& time) {
  if (!time) return std::nullopt;
  return to_string(*time);
}

db::Text stored_or_null(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::string list(db::Placeholders& parameters, const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) {
    if (!text.empty()) text += ", ";
    text += parameters.add(value);
  }
  return text;
}

}  // namespace notes::scheduler
