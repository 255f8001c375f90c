#include "config/setting_kinds.hpp"

#include <cctype>

namespace notes::config {
namespace {

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

std::optional<std::optional<Address>> parse_address(std::string_view text) {
  if (text == "off") return std::optional<Address>();
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
  return address ? fmt::format("{}:{}", address->host, address->port) : "off";
}

}  // namespace notes::config
