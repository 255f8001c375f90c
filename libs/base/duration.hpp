#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace notes {

/// A duration as people write it: one or more of a number and a unit (ms, s, m, h, d, w), largest
/// first, nothing between: "250ms", "30s", "1h30m", "30d". "0" needs no unit. nullopt for anything
/// else, or past about 292 years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest text that parse_duration reads back as the same value: "1h30m", "250ms", "0s".
std::string format_duration(std::chrono::milliseconds duration);

}  // namespace notes
