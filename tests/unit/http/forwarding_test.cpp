#include "http/forwarding.hpp"

#include <doctest/doctest.h>

using notes::config::Network;
using notes::config::parse_network;
using notes::http::client_key;
using notes::http::Forwarding;
using notes::http::Request;
using notes::http::Scheme;

namespace {

Request resolved(std::string peer, std::vector<std::pair<std::string, std::string>> fields,
                 const std::vector<std::string>& trusted = {"10.0.0.0/8", "2001:db8:1::/48"}) {
  std::vector<Network> networks;
  for (const auto& text : trusted) networks.push_back(parse_network(text).value());
  Request request;
  request.peer = std::move(peer);
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  Forwarding(std::move(networks)).resolve(request);
  return request;
}

std::string client(const std::string& forwarded_for) {
  return resolved("10.0.0.1", {{"X-Forwarded-For", forwarded_for}}).client;
}

}  // namespace

TEST_CASE("a peer that is not trusted says nothing about anybody") {
  const auto request =
      resolved("203.0.113.9", {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}});
  CHECK(request.client == "203.0.113.9");
  CHECK(request.scheme == Scheme::http);
  CHECK(resolved("10.0.0.1", {{"X-Forwarded-For", "192.0.2.1"}}, {}).client == "10.0.0.1");
}

TEST_CASE("the client is the right-most address that is no trusted proxy") {
  CHECK(client("192.0.2.1") == "192.0.2.1");
  CHECK(client("192.0.2.1, 10.2.3.4") == "192.0.2.1");
  // What a client writes itself stands to the left of its own address.
  CHECK(client("1.1.1.1, 10.9.9.9, 192.0.2.1, 10.2.3.4") == "192.0.2.1");
  CHECK(client("2001:DB8:2::7") == "2001:db8:2::7");
  CHECK(client("192.0.2.1, 2001:db8:1::5") == "192.0.2.1");
  CHECK(client("::ffff:192.0.2.1") == "192.0.2.1");
  CHECK(client("192.0.2.1:4711") == "192.0.2.1");
  CHECK(client("[2001:db8:2::7]:4711") == "2001:db8:2::7");
  CHECK(client(" 192.0.2.1\t,10.2.3.4 ") == "192.0.2.1");
}

TEST_CASE("a chain of trusted proxies alone begins with the client") {
  CHECK(client("10.1.1.1, 10.2.2.2") == "10.1.1.1");
}

TEST_CASE("a name that is no address ends the chain") {
  CHECK(client("192.0.2.1, unknown, 10.2.3.4") == "10.2.3.4");
  CHECK(client("_hidden") == "10.0.0.1");
  CHECK(client("") == "10.0.0.1");
  CHECK(client("[") == "10.0.0.1");
  CHECK(client(",,,") == "10.0.0.1");
}

TEST_CASE("several lines are one list, and the scheme is its last") {
  const auto request = resolved("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1"},
                                             {"x-forwarded-for", "192.0.2.1"},
                                             {"X-Forwarded-Proto", "http, HTTPS"}});
  CHECK(request.client == "192.0.2.1");
  CHECK(request.scheme == Scheme::https);
  CHECK(resolved("10.0.0.1", {{"X-Forwarded-Proto", "https, http"}}).scheme == Scheme::http);
  CHECK(resolved("10.0.0.1", {{"X-Forwarded-Proto", "gopher"}}).scheme == Scheme::http);
}

TEST_CASE("the addresses of one /64 are one client, those of IPv4 are one each") {
  CHECK(client_key("2001:db8:2:3::1") == client_key("2001:db8:2:3:ffff::9"));
  CHECK(client_key("2001:db8:2:3::1") != client_key("2001:db8:2:4::1"));
  CHECK(client_key("192.0.2.1") != client_key("192.0.2.2"));
  CHECK(client_key("192.0.2.1") == client_key("::ffff:192.0.2.1"));
  CHECK(client_key("?") == "?");
}
