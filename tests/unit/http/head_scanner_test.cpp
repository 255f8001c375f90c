#include "http/head_scanner.hpp"

#include <string>

#include <doctest/doctest.h>

namespace notes::http {
namespace {

using Found = HeadScanner::Found;

constexpr RequestLimits kLimits{.request_line = 32, .header_bytes = 64, .headers = 2, .body = 0};

}  // namespace

TEST_CASE("a head ends behind its empty line, wherever more follows") {
  HeadScanner scanner(kLimits);
  REQUIRE(scanner.scan("GET / HTTP/1.1\r\nHost: a\r\n\r\nmore") == Found::end);
  CHECK(scanner.begin() == 0);
  CHECK(scanner.end() == 27);
}

TEST_CASE("an empty line before the request line belongs to no head") {
  HeadScanner scanner(kLimits);
  REQUIRE(scanner.scan("\r\nGET / HTTP/1.1\r\n\r\n") == Found::end);
  CHECK(scanner.begin() == 2);
  CHECK(scanner.end() == 20);
}

TEST_CASE("a head that has not ended asks for more and goes on where it was") {
  HeadScanner scanner(kLimits);
  const std::string head = "GET / HTTP/1.1\r\nA: b\r\n\r\n";
  for (std::size_t size = 0; size < head.size(); ++size)
    CHECK(scanner.scan(head.substr(0, size)) == Found::more);
  CHECK(scanner.scan(head) == Found::end);
}

TEST_CASE("what ends a head early is refused at its first byte") {
  struct Row {
    std::string head;
    int status;
  };
  const Row rows[] = {{"GET / HTTP/1.1\n", 400},
                      {"GET / HTTP/1.1\rx", 400},
                      {"GET /\x01", 400},
                      {"GET / HTTP/3.0\r\n", 505},
                      {"FETCH / HTTP/1.1\r\n", 501},
                      {"GET " + std::string(29, '/'), 414},
                      {"GET / HTTP/1.1\r\n ", 400},
                      {"GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC", 431},
                      {"GET / HTTP/1.1\r\nA: " + std::string(62, 'x'), 431}};
  for (const auto& row : rows) {
    CAPTURE(row.head);
    HeadScanner before(kLimits);
    CHECK(before.scan(std::string_view(row.head).substr(0, row.head.size() - 1)) == Found::more);
    HeadScanner scanner(kLimits);
    REQUIRE(scanner.scan(row.head) == Found::rejection);
    CHECK(scanner.rejection().status == row.status);
  }
}

}  // namespace notes::http
