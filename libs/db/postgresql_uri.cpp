#include "db/postgresql_uri.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include <errno.h>
#include <fmt/format.h>
#include <libpq-fe.h>

namespace notes::db {
namespace {

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace

std::string postgresql_uri(const Url& url, std::chrono::milliseconds connect_timeout) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> given(
      PQconninfoParse(url.conninfo().c_str(), nullptr), &PQconninfoFree);
  // libpq counts whole seconds and takes 1 for 2; 0 would mean to wait for ever.
  const auto seconds = std::max(std::chrono::ceil<std::chrono::seconds>(connect_timeout).count(),
                                std::chrono::seconds::rep{2});
  const std::pair<std::string_view, std::string> wanted[] = {
      {"connect_timeout", std::to_string(seconds)},
      // A peer that is gone without a word is noticed within a minute, and within 30 s while
      // something is sent.
      {"keepalives_idle", "30"},
      {"keepalives_interval", "10"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", "30000"},
      {"fallback_application_name", percent_encode(program_invocation_short_name)},
  };
  std::string uri = url.conninfo();
  for (const auto& [name, value] : wanted) {
    const bool stated = [&, wanted_name = name] {
      for (const auto* option = given.get(); option != nullptr && option->keyword != nullptr;
           ++option) {
        if (wanted_name == option->keyword) return option->val != nullptr;
      }
      return false;
    }();
    if (!stated)
      uri += fmt::format("{}{}={}", uri.find('?') == std::string::npos ? '?' : '&', name, value);
  }
  return uri;
}

}  // namespace notes::db
