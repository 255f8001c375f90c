#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace notes::domain {

/// The number of characters (Unicode scalar values) in a text; nullopt when it is not well-formed
/// UTF-8 (RFC 3629).
std::optional<std::size_t> count_characters(std::string_view text);

}  // namespace notes::domain
