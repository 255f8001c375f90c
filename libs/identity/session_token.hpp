#pragma once

#include <string>
#include <string_view>

/// What a browser shows to be known again: 256 random bits in base64url.
namespace notes::identity {

/// A new one, from the system's random numbers. Thread-safe.
std::string make_session_token();

/// Whether the text has the form of one.
bool is_session_token(std::string_view text);

}  // namespace notes::identity
