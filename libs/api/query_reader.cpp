#include "api/query_reader.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/suggest.hpp"

namespace notes::api {

void QueryReader::check_names(std::span<const std::string_view> names, std::string_view of) {
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : request_.query) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      refuse(name, "unknown",
             fmt::format("is not a parameter of {}{}", of, did_you_mean(name, names)));
    } else if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      refuse(name, "repeated", "must stand once");
    }
    seen.push_back(name);
  }
}

std::optional<std::string_view> QueryReader::text(std::string_view name) const {
  return request_.query_value(name);
}

std::optional<std::int64_t> QueryReader::number(std::string_view name, Range range) {
  const auto text = request_.query_value(name);
  if (!text) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  const bool whole = error == std::errc{} && end == text->data() + text->size();
  if (whole && number >= range.least && number <= range.most) return number;
  const bool bounded = range.most != std::numeric_limits<std::int64_t>::max();
  refuse(name, "out_of_range",
         bounded ? fmt::format("must be a whole number from {} to {}", range.least, range.most)
                 : fmt::format("must be a whole number, {} or greater", range.least));
  return std::nullopt;
}

std::optional<bool> QueryReader::flag(std::string_view name) {
  const auto text = request_.query_value(name);
  if (!text) return std::nullopt;
  if (*text == "true") return true;
  if (*text == "false") return false;
  refuse(name, "not_a_switch", "must be true or false");
  return std::nullopt;
}

void QueryReader::refuse(std::string_view name, std::string code, std::string detail) {
  violations_.push_back({std::string(name), std::move(code), std::move(detail)});
}

void QueryReader::finish() {
  if (!violations_.empty()) throw Error(std::move(violations_));
}

}  // namespace notes::api
