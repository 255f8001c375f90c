#pragma once

#include <string>
#include <string_view>

/// Personal access tokens as text: "notes_pat_", 30 random digits of base 62 (178 bits), and the
/// CRC-32 of all that in 6 digits more. The prefix lets scanners find tokens that leaked; the
/// checksum lets them, and this server, tell a token from a text that looks like one without asking
/// a database.
namespace notes::identity {

inline constexpr std::string_view kAccessTokenPrefix = "notes_pat_";

/// A new token, from the system's random numbers. Thread-safe.
std::string make_access_token();

/// Whether the text can be a token: its form and its checksum.
bool is_access_token(std::string_view text);

}  // namespace notes::identity
