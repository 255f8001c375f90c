#pragma once

#include <string>
#include <string_view>

namespace notes::http {

/// Whether the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool is_utf8(std::string_view text);

/// The text with every byte that is not part of well-formed UTF-8 replaced by U+FFFD.
std::string scrub_utf8(std::string_view text);

}  // namespace notes::http
