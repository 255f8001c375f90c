#pragma once

#include <initializer_list>
#include <string_view>

#include "http/message.hpp"

namespace notes::api {

/// A body without a Content-Type is taken as JSON (RFC 9110 §8.3 leaves that to the recipient).
/// Throws Error{unsupported} for one in none of these media types.
void require_media_type(const http::Request& request,
                        std::initializer_list<std::string_view> accepted);

}  // namespace notes::api
