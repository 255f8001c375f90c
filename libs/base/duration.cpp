#include "base/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

namespace notes {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

// Largest first: the order in which a text may name them.
constexpr std::array kUnits{
    Unit{"w", 7 * 86'400'000LL}, Unit{"d", 86'400'000}, Unit{"h", 3'600'000},
    Unit{"m", 60'000},           Unit{"s", 1'000},      Unit{"ms", 1}};
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 1'000'000;

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds(0);
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto name = text.substr(0, text.find_first_not_of("mshdw"));
    while (next_unit < kUnits.size() && kUnits[next_unit].name != name) ++next_unit;
    if (next_unit == kUnits.size()) return std::nullopt;
    const std::int64_t unit = kUnits[next_unit++].milliseconds;
    if (count > (kMost - total) / unit) return std::nullopt;
    total += count * unit;
    text.remove_prefix(name.size());
  }
  return std::chrono::milliseconds(total);
}

std::string format_duration(std::chrono::milliseconds duration) {
  if (duration.count() == 0) return "0s";
  std::string text;
  std::int64_t rest = duration.count();
  for (const auto& unit : kUnits) {
    if (const std::int64_t count = rest / unit.milliseconds; count != 0) {
      fmt::format_to(std::back_inserter(text), "{}{}", count, unit.name);
      rest -= count * unit.milliseconds;
    }
  }
  return text;
}

}  // namespace notes
