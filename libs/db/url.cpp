#include "db/url.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "base/error.hpp"

namespace notes::db {
namespace {

constexpr std::string_view kForms =
    "sqlite:PATH, sqlite:///relative, sqlite:////absolute, sqlite::memory: or "
    "postgresql://user:password@host:5432/name";
constexpr std::string_view kMask = "***";
constexpr auto npos = std::string_view::npos;

[[noreturn]] void refuse(std::string_view what) {
  throw Error(ErrorCode::usage, fmt::format("the database URL {}", what));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// nullopt when a % is not followed by two hexadecimal digits (RFC 3986 §2.1).
std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

/// What stands before the first of `marks` (all of it when none does), taken off the front of
/// `text`.
std::string_view take_until(std::string_view& text, std::string_view marks) {
  const auto end = std::min(text.find_first_of(marks), text.size());
  const auto taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

/// Whether what stands behind each host's ":" is empty or a port; "[::1]:5432,db" has two hosts.
bool ports_are_numbers(std::string_view hosts) {
  while (!hosts.empty()) {
    auto host = take_until(hosts, ",");
    if (!hosts.empty()) hosts.remove_prefix(1);
    if (const auto bracket = host.rfind(']'); bracket != npos) host.remove_prefix(bracket);
    const auto colon = host.find(':');
    if (colon == npos || colon + 1 == host.size()) continue;
    const auto port = host.substr(colon + 1);
    unsigned number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc{} || end != port.data() + port.size()) return false;
    if (number < 1 || number > 65535) return false;
  }
  return true;
}

}  // namespace

std::string_view to_string(Engine engine) {
  switch (engine) {
    case Engine::sqlite:
      return "sqlite";
    case Engine::postgresql:
      return "postgresql";
  }
  return "sqlite";
}

Url Url::parse(std::string_view text) {
  if (text.empty()) refuse(fmt::format("is empty; expected {}", kForms));
  const auto colon = text.find(':');
  if (colon == npos) {
    refuse(fmt::format("has no scheme before a \":\"; expected {}", kForms));
  }
  const auto scheme = text.substr(0, std::min(text.find('+'), colon));
  const auto rest = text.substr(colon + 1);
  if (scheme == "sqlite") return sqlite(rest);
  if (scheme == "postgresql" || scheme == "postgres") return postgresql(rest);
  // What stands before the colon may be a user name or worse when the scheme was forgotten: it is
  // not repeated.
  refuse(fmt::format("has a scheme that is not known; expected {}", kForms));
}

Url Url::sqlite(std::string_view rest) {
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    if (!rest.empty() && rest.front() != '/') {
      refuse(
          "names a host, and SQLite has none; write sqlite:///relative/path or "
          "sqlite:////absolute/path");
    }
    if (!rest.empty()) rest.remove_prefix(1);
  }
  if (rest.find('?') != npos) {
    refuse(
        "has parameters behind \"?\", and SQLite's takes none; a question mark in a file name is "
        "written %3F");
  }
  const auto path = percent_decode(rest);
  if (!path) {
    refuse(
        fmt::format("has a \"%\" in {} without two hexadecimal digits behind it; a percent sign is "
                    "written %25",
                    rest));
  }
  if (path->empty()) {
    refuse("names no file; write sqlite:notes.db, or sqlite::memory: for a database in memory");
  }
  const bool unfit = std::any_of(path->begin(), path->end(), [](char c) {
    return c == '"' || (static_cast<unsigned char>(c) < 0x20) || c == 0x7f;
  });
  if (unfit) refuse("has a double quote or a control character in its path; use another file name");
  Url url;
  url.engine_ = Engine::sqlite;
  url.path_ = *path;
  url.redacted_ = fmt::format("sqlite:{}", *path);
  return url;
}

Url Url::postgresql(std::string_view rest) {
  if (!rest.starts_with("//")) {
    refuse("lacks \"//\"; write postgresql://user:password@host:5432/name");
  }
  rest.remove_prefix(2);
  Url url;
  url.engine_ = Engine::postgresql;
  url.conninfo_ = "postgresql://";
  url.redacted_ = url.conninfo_;
  const auto authority = take_until(rest, "/?#");
  const auto path = take_until(rest, "?#");
  const bool hidden_at = path.find('@') != npos || (path.empty() && rest.find('@') != npos);
  if (authority.find('@') == npos && hidden_at) {
    refuse(
        "has an \"@\" behind a \"/\", \"?\" or \"#\"; in a user name or a password these are "
        "written %40, "
        "%2F, %3F and %23");
  }
  if (rest.starts_with('#')) refuse("has a \"#\"; write it as %23");
  const auto hosts = url.add_user(authority);
  if (!ports_are_numbers(hosts)) refuse("has a port that is not a number from 1 to 65535");
  url.conninfo_ += fmt::format("{}{}", hosts, path);
  url.redacted_ += fmt::format("{}{}", hosts, path);
  url.add_parameters(rest);
  url.check_with_libpq();
  return url;
}

std::string_view Url::add_user(std::string_view authority) {
  // The last "@" ends the user part, so that a password with an "@" in it is neither cut nor shown.
  const auto at = authority.rfind('@');
  if (at == npos) return authority;
  const auto user = authority.substr(0, at);
  const auto colon = user.find(':');
  const auto name = replace_all(std::string(user.substr(0, colon)), "@", "%40");
  conninfo_ += name;
  redacted_ += name;
  if (colon != npos) {
    const auto password = replace_all(std::string(user.substr(colon + 1)), "@", "%40");
    add_secret(user.substr(colon + 1));
    add_secret(password);
    conninfo_ += ":" + password;
    redacted_ += fmt::format(":{}", kMask);
  }
  conninfo_ += '@';
  redacted_ += '@';
  return authority.substr(at + 1);
}

void Url::add_parameters(std::string_view query) {
  char mark = '?';
  while (!query.empty()) {
    query.remove_prefix(1);
    const auto parameter = take_until(query, "&");
    if (parameter.empty()) continue;
    const auto equals = std::min(parameter.find('='), parameter.size());
    const auto key = parameter.substr(0, equals);
    const auto value = parameter.substr(std::min(equals + 1, parameter.size()));
    if (key == "prepared_statements") {
      if (value != "true" && value != "false") {
        refuse(fmt::format("has prepared_statements={}; expected true or false", value));
      }
      prepared_statements_ = value == "true";
      continue;
    }
    const bool secret = key == "password" || key == "sslpassword";
    if (secret) add_secret(value);
    conninfo_ += fmt::format("{}{}", mark, parameter);
    redacted_ +=
        secret ? fmt::format("{}{}={}", mark, key, kMask) : fmt::format("{}{}", mark, parameter);
    mark = '&';
  }
}

void Url::add_secret(std::string_view written) {
  if (written.empty()) return;
  secrets_.emplace_back(written);
  if (const auto decoded = percent_decode(written)) secrets_.push_back(*decoded);
  // The longest first: one may stand within another.
  std::sort(
      secrets_.begin(), secrets_.end(),
      [](const std::string& left, const std::string& right) { return left.size() > right.size(); });
}

void Url::check_with_libpq() const {
  char* complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(conninfo_.c_str(), &complaint), &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> owned(complaint, &PQfreemem);
  if (options) return;
  auto reason = redact(complaint == nullptr ? "out of memory" : complaint);
  while (reason.ends_with('\n')) reason.pop_back();
  refuse(fmt::format("{} cannot be used: {}", redacted_, reason));
}

std::string Url::redact(std::string_view text) const {
  std::string shown(text);
  for (const auto& secret : secrets_) shown = replace_all(std::move(shown), secret, kMask);
  return shown;
}

}  // namespace notes::db
