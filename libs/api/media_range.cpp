#include "api/media_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "http/message.hpp"

namespace notes::api {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

/// Takes what stands before the mark off the front of a text, and the mark with it.
std::string_view take_until(std::string_view& text, char mark) {
  const auto part = text.substr(0, text.find(mark));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return trimmed(part);
}

/// "0.5" as 500 (RFC 9110 §12.4.2).
std::optional<int> read_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text.front() != '0' && text.front() != '1')) {
    return std::nullopt;
  }
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int weight = 0;
  const auto digits = text.size() > 2 ? text.substr(2) : std::string_view();
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), weight);
  if (!digits.empty() && (error != std::errc{} || end != digits.data() + digits.size())) {
    return std::nullopt;
  }
  for (auto i = digits.size(); i < 3; ++i) weight *= 10;
  if (text.front() == '1') return weight == 0 ? std::optional(1000) : std::nullopt;
  return weight;
}

/// 3 for the type itself, 2 for "type/*", 1 for "*/*", 0 for a range that the type is not in.
int closeness(std::string_view range, std::string_view media_type) {
  if (http::equal_ignoring_case(range, media_type)) return 3;
  if (range == "*/*") return 1;
  const auto slash = media_type.find('/') + 1;
  const bool whole_type =
      range.size() == slash + 1 && range.back() == '*' &&
      http::equal_ignoring_case(range.substr(0, slash), media_type.substr(0, slash));
  return whole_type ? 2 : 0;
}

}  // namespace

int quality_of(std::string_view accept, std::string_view media_type) {
  int closest = 0;
  int quality = 0;
  while (!accept.empty()) {
    auto parameters = take_until(accept, ',');
    const auto range = take_until(parameters, ';');
    std::optional<int> weight = 1000;
    while (!parameters.empty()) {
      const auto parameter = take_until(parameters, ';');
      if (parameter.starts_with("q=") || parameter.starts_with("Q=")) {
        weight = read_weight(parameter.substr(2));
      }
    }
    const int close = closeness(range, media_type);
    if (!weight || close <= closest) continue;
    closest = close;
    quality = *weight;
  }
  return quality;
}

}  // namespace notes::api
