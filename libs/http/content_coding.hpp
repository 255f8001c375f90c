#pragma once

#include <cstddef>
#include <string_view>

#include "http/message.hpp"

namespace notes::http {

/// Whether a client wants gzip rather than the body as it is, by its Accept-Encoding (RFC 9110
/// §12.5.3): gzip, x-gzip or * with a weight that is not 0 and not below identity's.
bool prefers_gzip(std::string_view accept_encoding);

/// Sends the body as gzip (RFC 1952) when the client prefers it and it is worth it: over 1 KiB and
/// at most `most` bytes (beyond, it would take too long), whole, of a type that is text, not
/// coded already, and smaller after it. The answer to HEAD is treated as the one to GET.
///
/// A coded body is another representation, and a strong tag is of one (RFC 9110 §8.8.3.3): its ETag
/// "3" becomes "3-gzip", which strip_coding() takes off again when the client sends it back. Vary
/// says that the answer depends on Accept-Encoding wherever it does, also on a 304.
void encode(const Request& request, Response& response, std::size_t most);

/// Whether encode() would try to code this body.
bool is_to_be_coded(const Request& request, const Response& response, std::size_t most);

/// Makes "3" of each "3-gzip" in If-Match and If-None-Match: what a handler compares is the
/// resource's version, whatever coding its representation had.
void strip_coding(Request& request);

}  // namespace notes::http
