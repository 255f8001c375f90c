#pragma once

#include <string_view>

namespace notes::api {

/// How much a client wants a media type, from 0 (not at all) to 1000, by its Accept field (RFC 9110
/// §12.5.1): by the most specific range that the type is in. A range that cannot be read is none.
int quality_of(std::string_view accept, std::string_view media_type);

}  // namespace notes::api
