#include "e2e/http_client.hpp"

#include <array>
#include <stdexcept>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace notes::tests {
namespace {

/// Sends these bytes to the first connection, whatever it asks, and closes once the client has
/// finished sending.
class CannedServer {
 public:
  explicit CannedServer(std::string bytes)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener_, generic, size) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
    REQUIRE(::getsockname(listener_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this, bytes = std::move(bytes)] { serve(bytes); });
  }
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;
  ~CannedServer() {
    ::shutdown(listener_, SHUT_RD);  // ends an accept that no client came for
    thread_ = {};
    ::close(listener_);
  }

  std::uint16_t port() const { return port_; }
  /// What the client sent; there once it has been waited for.
  const std::string& asked() {
    thread_ = {};
    return asked_;
  }

 private:
  void serve(const std::string& bytes) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ::shutdown(connection, SHUT_WR);
    std::array<char, 4096> block{};
    for (ssize_t got = 0; (got = ::recv(connection, block.data(), block.size(), 0)) > 0;) {
      asked_.append(block.data(), static_cast<std::size_t>(got));
    }
    ::close(connection);
  }

  int listener_;
  std::uint16_t port_ = 0;
  std::string asked_;
  std::jthread thread_;
};

}  // namespace

TEST_CASE("two responses on one connection are told apart by their lengths") {
  CannedServer server(
      "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nETag: \"1\"\r\n\r\nfirst"
      "HTTP/1.1 204 No Content\r\n\r\n"
      "HTTP/1.1 404 Not Found\r\ncontent-length: 6\r\n\r\nsecond");
  HttpClient client(server.port());
  const HttpResponse first = client.post("/a", "{}");
  CHECK(first.status == 201);
  CHECK(first.reason == "Created");
  CHECK(first.header("etag") == "\"1\"");
  CHECK(first.header("location") == std::nullopt);
  CHECK(first.body == "first");
  CHECK(client.delete_("/b").status == 204);
  CHECK(client.get("/c").body == "second");
  CHECK(client.receive_all().empty());
}

TEST_CASE("chunks are joined, interim responses are passed over, a response to HEAD has no body") {
  CannedServer server(
      "HTTP/1.1 100 Continue\r\n\r\n"
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
      "HTTP/1.1 200 OK\r\n\r\nto the end");
  HttpClient client(server.port());
  CHECK(client.receive().body == "abc0123456789");
  CHECK(client.receive(true).body.empty());
  CHECK(client.receive().body == "to the end");
}

TEST_CASE("a connection that ends inside a response is an error") {
  CannedServer server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort");
  HttpClient client(server.port());
  CHECK_THROWS_WITH_AS(client.receive(), "the connection ended inside a body: short",
                       std::runtime_error);
}

TEST_CASE("a request is sent as RFC 9112 writes it") {
  CannedServer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  {
    HttpClient client(server.port());
    client.patch("/n?x=1", "{\"a\":1}", {{"If-Match", "\"3\""}});
  }
  CHECK(server.asked() ==
        "PATCH /n?x=1 HTTP/1.1\r\nHost: localhost\r\nIf-Match: \"3\"\r\n"
        "Content-Type: application/merge-patch+json\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
}

}  // namespace notes::tests
