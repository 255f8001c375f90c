#include "config/network.hpp"

#include <doctest/doctest.h>

using notes::config::is_origin;
using notes::config::parse_ip_address;
using notes::config::parse_network;

namespace {

bool contains(std::string_view network, std::string_view address) {
  return parse_network(network).value().contains(parse_ip_address(address).value());
}

}  // namespace

TEST_CASE("an IPv4 address and its mapped form are one") {
  CHECK(parse_ip_address("192.0.2.1") == parse_ip_address("::ffff:192.0.2.1"));
  CHECK(to_string(*parse_ip_address("::ffff:192.0.2.1")) == "192.0.2.1");
  CHECK(to_string(*parse_ip_address("2001:DB8:0:0::1")) == "2001:db8::1");
  for (const auto* text : {"", "192.0.2", "192.0.2.256", "[::1]", "fe80::1%eth0", "192.0.2.1:80",
                           "localhost", "1:2:3:4:5:6:7:8:9:1:2:3:4:5:6:7:8:9:1:2:3:4:5:6"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ip_address(text));
  }
}

TEST_CASE("a block contains the addresses whose leading bits are its own") {
  CHECK(contains("10.0.0.0/8", "10.255.0.1"));
  CHECK_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  CHECK(contains("172.16.0.0/12", "172.31.255.255"));
  CHECK_FALSE(contains("172.16.0.0/12", "172.32.0.0"));
  CHECK(contains("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  CHECK(contains("192.0.2.7", "192.0.2.7"));
  CHECK_FALSE(contains("192.0.2.7", "192.0.2.6"));
  CHECK(contains("0.0.0.0/0", "203.0.113.9"));
  CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  CHECK(contains("::/0", "203.0.113.9"));
}

TEST_CASE("a block is written as it is read, and one with bits behind its prefix is none") {
  for (const auto* text : {"10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1", "0.0.0.0/0"}) {
    CAPTURE(text);
    CHECK(to_string(parse_network(text).value()) == text);
  }
  for (const auto* text : {"10.0.0.1/8", "10.0.0.0/33", "2001:db8::/129", "10.0.0.0/", "10/8", "/8",
                           "10.0.0.0/-1", "2001:db8::1/64"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_network(text));
  }
}

TEST_CASE("an origin is a scheme, a host and perhaps a port, in lower case") {
  for (const auto* text :
       {"https://notes.example", "http://localhost:3000", "http://127.0.0.1:8080",
        "https://[2001:db8::1]", "https://[2001:db8::1]:8443"}) {
    CAPTURE(text);
    CHECK(is_origin(text));
  }
  for (const auto* text : {"*", "null", "", "notes.example", "https://", "https://notes.example/",
                           "https://Notes.example", "https://*.example", "https://a.example:0",
                           "https://a.example:65536", "https://a.example:", "ftp://a.example",
                           "https://user@a.example", "https://[::1", "https://a b"}) {
    CAPTURE(text);
    CHECK_FALSE(is_origin(text));
  }
}
