#include "config/setting_kinds.hpp"

#include <cctype>

namespace notes::config {
namespace {

using namespace std::chrono_literals;

std::string replaced(std::string text, char what, char with) {
  std::replace(text.begin(), text.end(), what, with);
  return text;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

}  // namespace

Setting named(std::string key, std::string help, Aliases aliases) {
  Setting setting;
  setting.variable = "NOTES_" + upper(replaced(key, '.', '_'));
  setting.variable_alias = std::move(aliases.variable);
  setting.flag = replaced(replaced(key, '.', '-'), '_', '-');
  setting.flag_alias = std::move(aliases.flag);
  setting.key = std::move(key);
  setting.help = std::move(help);
  return setting;
}

std::optional<std::string> parse_host(std::string_view text) {
  const bool odd =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' ' || c == 0x7f; });
  if (text.empty() || odd) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> parse_origin(std::string_view text) {
  if (!is_origin(text)) return std::nullopt;
  return std::string(text);
}

std::string format_origin(const std::string& origin) { return origin; }

std::string format_network(const Network& network) { return to_string(network); }

std::optional<std::optional<Quota>> parse_quota(std::string_view text) {
  if (text == kOff) return std::optional<Quota>();
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto requests = parse_count(text.substr(0, slash));
  const auto period = parse_duration(text.substr(slash + 1));
  if (!requests || *requests < 1 || *requests > 1'000'000) return std::nullopt;
  if (!period || *period < 1s || *period > 24h) return std::nullopt;
  return std::optional<Quota>({static_cast<unsigned>(*requests), *period});
}

std::string format_quota(const std::optional<Quota>& quota) {
  return quota ? fmt::format("{}/{}", quota->requests, format_duration(quota->period))
               : std::string(kOff);
}

std::optional<std::optional<Address>> parse_address(std::string_view text) {
  if (text == kOff) return std::optional<Address>();
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto host = parse_host(text.substr(0, colon));
  const auto port = parse_count(text.substr(colon + 1));
  if (!host || !port || *port > 65'535) return std::nullopt;
  const bool bare_ipv6 = host->find(':') != std::string::npos && host->front() != '[';
  if (bare_ipv6) return std::nullopt;
  return std::optional<Address>({*host, static_cast<std::uint16_t>(*port)});
}

std::string format_address(const std::optional<Address>& address) {
  return address ? fmt::format("{}:{}", address->host, address->port) : std::string(kOff);
}

}  // namespace notes::config
