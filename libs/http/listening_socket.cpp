#include "http/listening_socket.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/error.hpp"

namespace notes::http {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Error cannot_listen(const std::string& host, std::uint16_t port, std::string_view reason) {
  return Error(ErrorCode::usage,
               fmt::format("cannot listen on {}:{}: {}; see server.host and server.port", host,
                           port, reason));
}

Addresses resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (failure != 0) throw cannot_listen(host, port, ::gai_strerror(failure));
  return Addresses(list);
}

void set_option(const Descriptor& socket, int level, int option) {
  const int on = 1;
  // Without the option the socket works too, only less well.
  static_cast<void>(::setsockopt(socket.get(), level, option, &on, sizeof on));
}

/// A socket's address, of either family.
union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

std::string address_text(const SocketAddress& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.any.sa_family == AF_INET) {
    ::inet_ntop(AF_INET, &address.v4.sin_addr, text, sizeof text);
  } else if (address.any.sa_family == AF_INET6) {
    ::inet_ntop(AF_INET6, &address.v6.sin6_addr, text, sizeof text);
  }
  constexpr std::string_view kMapped = "::ffff:";
  const std::string_view whole = text;
  const bool mapped = whole.starts_with(kMapped) && whole.find('.') != std::string_view::npos;
  return std::string(mapped ? whole.substr(kMapped.size()) : whole);
}

}  // namespace

Descriptor listen_on(const std::string& host, std::uint16_t port, unsigned backlog) {
  const auto addresses = resolve(host, port);
  int reason = 0;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    Descriptor socket(::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket) {
      set_option(socket, SOL_SOCKET, SO_REUSEADDR);
      if (::bind(socket.get(), address->ai_addr, address->ai_addrlen) == 0 &&
          ::listen(socket.get(), static_cast<int>(backlog)) == 0) {
        return socket;
      }
    }
    reason = errno;
  }
  throw cannot_listen(host, port, std::strerror(reason));
}

std::uint16_t port_of(const Descriptor& socket) {
  SocketAddress address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket.get(), &address.any, &size) != 0) {
    throw Error(ErrorCode::internal, std::string("getsockname: ") + std::strerror(errno));
  }
  return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

Accepted accept_from(const Descriptor& listening) {
  SocketAddress address{};
  socklen_t size = sizeof address;
  Descriptor socket(::accept4(listening.get(), &address.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) return {.socket = {}, .peer = {}, .error = errno};
  set_option(socket, IPPROTO_TCP, TCP_NODELAY);
  return {.socket = std::move(socket), .peer = address_text(address), .error = 0};
}

}  // namespace notes::http
