#pragma once

#include <optional>

#include "http/head_scanner.hpp"
#include "http/message.hpp"

namespace notes::http {

enum class Version { http_1_0, http_1_1 };

/// What makes a well-formed head unservable: Host missing, repeated or no host (RFC 9112 §3.2),
/// Content-Length repeated, not 1*DIGIT or beside Transfer-Encoding, a Transfer-Encoding other than
/// `chunked` (§6.1, §6.3), an expectation other than 100-continue (RFC 9110 §10.1.1).
std::optional<Rejection> check_framing(const Request& request, Version version);

}  // namespace notes::http
