#include "http/forwarding.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace notes::http {
namespace {

constexpr std::ptrdiff_t kCustomerBytes = 8;  // a /64

/// Takes the last item off a list.
std::string_view take_last(std::string_view& list) {
  const auto comma = list.rfind(',');
  auto item = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
  while (item.starts_with(' ') || item.starts_with('\t')) item.remove_prefix(1);
  while (item.ends_with(' ') || item.ends_with('\t')) item.remove_suffix(1);
  return item;
}

/// An address, which some proxies write with its port: "192.0.2.1:80", "[2001:db8::1]:80".
std::optional<config::IpAddress> parse_node(std::string_view node) {
  if (node.starts_with('[')) return config::parse_ip_address(node.substr(1, node.find(']') - 1));
  const auto colon = node.find(':');
  const bool one_colon = colon != std::string_view::npos && node.find(':', colon + 1) == node.npos;
  return config::parse_ip_address(one_colon ? node.substr(0, colon) : node);
}

}  // namespace

bool Forwarding::trusts(std::string_view address) const {
  const auto parsed = config::parse_ip_address(address);
  return parsed && std::any_of(trusted_.begin(), trusted_.end(),
                               [&](const auto& network) { return network.contains(*parsed); });
}

void Forwarding::resolve(Request& request) const {
  request.client = request.peer;
  if (trusted_.empty() || !trusts(request.peer)) return;
  if (const auto field = request.headers.combined("X-Forwarded-Proto")) {
    std::string_view list = *field;
    request.scheme = equal_ignoring_case(take_last(list), "https") ? Scheme::https : Scheme::http;
  }
  const auto field = request.headers.combined("X-Forwarded-For");
  std::string_view chain = field ? std::string_view(*field) : std::string_view();
  while (!chain.empty()) {
    const auto address = parse_node(take_last(chain));
    if (!address) return;  // nobody to name behind the last proxy that could be told
    request.client = to_string(*address);
    if (!trusts(request.client)) return;
  }
}

std::string client_key(std::string_view client) {
  const auto address = config::parse_ip_address(client);
  if (!address) return std::string(client);
  const auto end =
      address->is_ipv4() ? address->bytes.end() : address->bytes.begin() + kCustomerBytes;
  return {address->bytes.begin(), end};
}

}  // namespace notes::http
