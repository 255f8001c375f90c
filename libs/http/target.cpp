#include "http/target.hpp"

#include <algorithm>

#include "http/utf8.hpp"

namespace notes::http {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// unreserved or sub-delims (RFC 3986 §2.2, §2.3)
bool is_name_char(char c) {
  return is_alpha(c) || is_digit(c) ||
         std::string_view("-._~!$&'()*+,;=").find(c) != std::string_view::npos;
}

bool is_path_char(char c) {
  return is_name_char(c) || c == ':' || c == '@' || c == '/' || c == '%';
}
bool is_query_char(char c) { return is_path_char(c) || c == '?'; }

bool is_percent_encoded(std::string_view text) {
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
    if (at + 2 >= text.size() || hex_value(text[at + 1]) < 0 || hex_value(text[at + 2]) < 0)
      return false;
  }
  return true;
}

/// "[" IPv6 or IPvFuture "]": the characters only; nothing here connects to it.
bool is_ip_literal(std::string_view text) {
  return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
         std::all_of(text.begin() + 1, text.end() - 1, [](char c) {
           return hex_value(c) >= 0 || c == ':' || c == '.' || is_name_char(c);
         });
}

/// The query as application/x-www-form-urlencoded reads it: pairs between '&', a name up to the
/// first '='.
std::optional<Parameters> parse_query(std::string_view query) {
  Parameters parameters;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    const auto name_size = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, name_size), Plus::space);
    auto value = percent_decode(pair.substr(std::min(name_size + 1, pair.size())), Plus::space);
    if (!name || !value) return std::nullopt;
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

/// What follows the authority of an absolute-form target; nullopt when it is none (RFC 9112
/// §3.2.2).
std::optional<std::string_view> after_authority(std::string_view target) {
  const auto colon = target.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  const auto scheme = target.substr(0, colon);
  if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https"))
    return std::nullopt;
  target.remove_prefix(colon + 3);
  const auto authority = target.substr(0, target.find_first_of("/?"));
  // An http URI without a host is invalid (RFC 9110 §4.2.1).
  if (authority.empty() || authority.front() == ':' || !is_host(authority)) return std::nullopt;
  target.remove_prefix(authority.size());
  return target;
}

std::optional<Target> parse_path_and_query(std::string_view text) {
  const auto path = text.substr(0, text.find('?'));
  const auto query = text.substr(std::min(path.size() + 1, text.size()));
  if (!std::all_of(path.begin(), path.end(), is_path_char)) return std::nullopt;
  if (!std::all_of(query.begin(), query.end(), is_query_char)) return std::nullopt;
  if (path.find('%') != std::string_view::npos && !percent_decode(path, Plus::literal))
    return std::nullopt;
  auto parameters = parse_query(query);
  if (!parameters) return std::nullopt;
  return Target{std::string(path), std::move(*parameters)};
}

}  // namespace

std::optional<Target> parse_target(Method method, std::string_view target) {
  if (target == "*" && method == Method::options) return Target{"*", {}};
  if (target.starts_with('/')) return parse_path_and_query(target);
  const auto rest = after_authority(target);
  if (!rest) return std::nullopt;
  // OPTIONS for a URI without path and query is a question about the whole server (RFC 9112
  // §3.2.4).
  if (rest->empty()) return Target{method == Method::options ? "*" : "/", {}};
  return parse_path_and_query(rest->starts_with('?') ? "/" + std::string(*rest)
                                                     : std::string(*rest));
}

bool is_host(std::string_view host) {
  const auto bracket = host.starts_with('[') ? host.find(']') : std::string_view::npos;
  const auto name_size =
      bracket != std::string_view::npos ? bracket + 1 : std::min(host.find(':'), host.size());
  const auto name = host.substr(0, name_size);
  auto port = host.substr(name_size);
  if (!port.empty()) {
    if (port.front() != ':') return false;
    port.remove_prefix(1);
    if (!std::all_of(port.begin(), port.end(), is_digit)) return false;
  }
  if (name.starts_with('[')) return is_ip_literal(name);
  return is_percent_encoded(name) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_name_char(c) || c == '%'; });
}

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
  if (!is_percent_encoded(text)) return std::nullopt;
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' && plus == Plus::space ? ' ' : text[i];
    }
  }
  if (decoded.find('\0') != std::string::npos || !is_utf8(decoded)) return std::nullopt;
  return decoded;
}

}  // namespace notes::http
