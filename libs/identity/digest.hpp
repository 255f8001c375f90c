#pragma once

#include <string>
#include <string_view>

namespace notes::identity {

/// What is kept of a token in place of it: SHA-256 (FIPS 180-4) in 64 lower-case hexadecimal
/// digits. Enough for texts of 128 random bits and more, which nobody guesses; not for passwords.
std::string sha256(std::string_view text);

}  // namespace notes::identity
