#include "api/session_cookie.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace notes::api {
namespace {

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

std::string cookie(std::string_view text, std::chrono::seconds lifetime) {
  return fmt::format("{}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}", kSessionCookie,
                     text, lifetime.count());
}

}  // namespace

std::optional<std::string> read_session_cookie(const http::Request& request) {
  std::optional<std::string> found;
  for (const auto field : request.headers.fields()) {
    if (!http::equal_ignoring_case(field.name, "Cookie")) continue;
    for (auto rest = field.value; !rest.empty();) {
      const auto pair = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos) continue;
      if (trimmed(pair.substr(0, equals)) != kSessionCookie) continue;
      if (found) return std::nullopt;
      found.emplace(trimmed(pair.substr(equals + 1)));
    }
  }
  return found;
}

std::string session_cookie(std::string_view text, std::chrono::seconds lifetime) {
  return cookie(text, lifetime);
}

std::string ended_session_cookie() { return cookie("", std::chrono::seconds(0)); }

}  // namespace notes::api
