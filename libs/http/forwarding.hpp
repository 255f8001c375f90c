#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/network.hpp"
#include "http/message.hpp"

namespace notes::http {

/// Whom a request comes from when proxies stand in front. Immutable and thread-safe.
class Forwarding {
 public:
  /// `trusted`: the proxies that are believed; nobody else is.
  explicit Forwarding(std::vector<config::Network> trusted) : trusted_(std::move(trusted)) {}

  /// Fills in client and scheme. They are the peer's own unless it is a trusted proxy. Then
  /// X-Forwarded-For is read from its right end, where each proxy writes whom it saw: the first
  /// address that is no trusted proxy is the client, so what a client writes itself is never
  /// reached. X-Forwarded-Proto counts by its last value.
  void resolve(Request& request) const;

 private:
  bool trusts(std::string_view address) const;

  std::vector<config::Network> trusted_;
};

/// What all the addresses of one client have in common: of IPv6 the first 64 bits, which one
/// customer has to itself (RFC 6177), of IPv4 all; the text itself when it is no address.
std::string client_key(std::string_view client);

}  // namespace notes::http
