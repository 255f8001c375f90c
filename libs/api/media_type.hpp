#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace notes::api {

/// The media type of the body, in lower case and without parameters; the first of those accepted
/// when the request names none (RFC 9110 §8.3 leaves that to the recipient). Throws
/// Error{unsupported} for one that is not accepted.
std::string require_media_type(const http::Request& request,
                               std::initializer_list<std::string_view> accepted);

}  // namespace notes::api
