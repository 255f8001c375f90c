#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

/// The cookie that a browser shows a session with: out of reach of scripts, of other hosts and
/// paths (the prefix __Host-) and of requests that other sites begin, but for following a link.
namespace notes::api {

inline constexpr std::string_view kSessionCookie = "__Host-session";

/// The cookie's value (RFC 6265 §5.4); nullopt when there is none, or more than one: then one of
/// them was put there by somebody else.
std::optional<std::string> read_session_cookie(const http::Request& request);

/// The values of Set-Cookie that give a browser the session, and that take it away.
std::string session_cookie(std::string_view text, std::chrono::seconds lifetime);
std::string ended_session_cookie();

}  // namespace notes::api
