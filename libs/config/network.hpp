#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notes::config {

/// An IPv6 address (RFC 4291), or an IPv4 one in its mapped form (§2.5.5.2), so that the same host
/// is the same value whatever socket it came through.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  bool is_ipv4() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// "192.0.2.1" or "2001:db8::1", without brackets, port or zone; nullopt for anything else.
std::optional<IpAddress> parse_ip_address(std::string_view text);
std::string to_string(const IpAddress& address);

/// A block of addresses (CIDR, RFC 4632).
struct Network {
  IpAddress base;
  unsigned prefix = 128;  ///< leading bits that count, of the 128

  bool contains(const IpAddress& address) const;
  friend bool operator==(const Network&, const Network&) = default;
};

/// "10.0.0.0/8", "2001:db8::/32", or one address; nullopt for anything else, also for a block with
/// bits behind its prefix, which is rarely what was meant.
std::optional<Network> parse_network(std::string_view text);
std::string to_string(const Network& network);

/// Whether the text is an origin as browsers write one (RFC 6454 §6.2): "https://notes.example" or
/// with a port, in lower case, without a path; not "null" and not "*".
bool is_origin(std::string_view text);

}  // namespace notes::config
