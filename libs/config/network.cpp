#include "config/network.hpp"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include "config/value.hpp"

namespace notes::config {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kMappedBits = 96;

/// The address with every bit behind the prefix cleared.
IpAddress masked(IpAddress address, unsigned prefix) {
  for (unsigned i = 0; i < address.bytes.size(); ++i) {
    const unsigned bits = std::min(8U, prefix > 8 * i ? prefix - 8 * i : 0U);
    address.bytes[i] &= static_cast<std::uint8_t>(0xff00U >> bits);
  }
  return address;
}

bool is_host_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.ends_with(']') && parse_ip_address(host.substr(1, host.size() - 2));
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), is_host_letter);
}

}  // namespace

bool IpAddress::is_ipv4() const {
  return std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size()) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());
  IpAddress address;
  if (::inet_pton(AF_INET6, terminated.data(), address.bytes.data()) == 1) return address;
  std::copy(kMapped.begin(), kMapped.end(), address.bytes.begin());
  if (::inet_pton(AF_INET, terminated.data(), address.bytes.data() + kMapped.size()) == 1) {
    return address;
  }
  return std::nullopt;
}

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool short_form = address.is_ipv4();
  ::inet_ntop(short_form ? AF_INET : AF_INET6,
              address.bytes.data() + (short_form ? kMapped.size() : 0), text.data(), text.size());
  return text.data();
}

bool Network::contains(const IpAddress& address) const { return masked(address, prefix) == base; }

std::optional<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = parse_ip_address(text.substr(0, slash));
  if (!base) return std::nullopt;
  const unsigned before = base->is_ipv4() ? kMappedBits : 0;
  Network network{.base = *base, .prefix = 128};
  if (slash != std::string_view::npos) {
    const auto bits = parse_count(text.substr(slash + 1));
    if (!bits || *bits > 128 - before) return std::nullopt;
    network.prefix = before + static_cast<unsigned>(*bits);
  }
  if (!network.contains(*base)) return std::nullopt;
  return network;
}

std::string to_string(const Network& network) {
  const bool short_form = network.base.is_ipv4() && network.prefix >= kMappedBits;
  const unsigned prefix = network.prefix - (short_form ? kMappedBits : 0);
  const auto address = to_string(network.base);
  return network.prefix == 128 ? address : fmt::format("{}/{}", address, prefix);
}

bool is_origin(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    text.remove_prefix(scheme.size());
    const auto colon = text.ends_with(']') ? std::string_view::npos : text.rfind(':');
    if (!is_host(text.substr(0, colon))) return false;
    if (colon == std::string_view::npos) return true;
    const auto port = parse_count(text.substr(colon + 1));
    return port && *port > 0 && *port <= 65'535;
  }
  return false;
}

}  // namespace notes::config
