#pragma once

#include <string>
#include <vector>

#include "http/message.hpp"

namespace notes::api {

/// Whether a browser may have sent this request in somebody's name from a page that is not ours
/// (cross-site request forgery). A method that only reads is never such a request. Sec-Fetch-Site
/// decides where it is given (W3C Fetch Metadata): same-origin, or none, which is the person's own
/// doing. Otherwise Origin does (RFC 6454 §7), held against Host. A request with neither is not a
/// browser's: since 2020 each of them sends one with every method that writes. `trusted` are
/// further origins ("https://app.example.org") that may write here.
bool is_forgeable(const http::Request& request, const std::vector<std::string>& trusted);

}  // namespace notes::api
