#pragma once

#include <cstdint>
#include <string>

#include "http/descriptor.hpp"

namespace notes::http {

/// A TCP socket that listens without blocking. `host` is an address or a name; port 0 lets the
/// system choose. Throws Error{usage} with the address and the reason when it cannot be bound.
Descriptor listen_on(const std::string& host, std::uint16_t port, unsigned backlog);

/// The port a socket is bound to.
std::uint16_t port_of(const Descriptor& socket);

/// A connection that was waiting, non-blocking and without delay.
struct Accepted {
  Descriptor socket;  ///< none when nobody waits or it failed
  std::string peer;  ///< the client's address; an IPv4 client of an IPv6 socket by its IPv4 address
  int error = 0;     ///< errno when there is none
};

Accepted accept_from(const Descriptor& listening);

}  // namespace notes::http
