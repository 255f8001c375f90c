#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notes::config {

/// A whole number in decimal digits; nullopt for anything else, or beyond 64 bits.
std::optional<std::uint64_t> parse_count(std::string_view text);

/// A size in bytes as people write it: "512", "64KiB", "1MiB", "2GiB" (IEC 80000-13: powers of
/// 1024); nullopt for anything else.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// The shortest text that parse_size reads back as the same value: "1MiB", "1000".
std::string format_size(std::uint64_t bytes);

/// "true", "yes", "on", "1" and their opposites, in either case; nullopt for anything else.
std::optional<bool> parse_switch(std::string_view text);

}  // namespace notes::config
