#pragma once

#include <string>
#include <string_view>

namespace notes::migrate {

/// SHA-256 (FIPS 180-4) in 64 lower-case hexadecimal digits.
std::string sha256(std::string_view text);

}  // namespace notes::migrate
