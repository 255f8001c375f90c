#include "http/parser.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "corpus.hpp"

namespace notes::http {
namespace {

using State = RequestParser::State;

constexpr RequestLimits kCorpusLimits{
    .request_line = 128, .header_bytes = 512, .headers = 10, .body = 64};
constexpr RequestLimits kLimits{
    .request_line = 8192, .header_bytes = 32768, .headers = 100, .body = 1048576};

/// What a parser makes of bytes that arrive in pieces: one line per request, and the rejection if
/// there is one.
std::string read_pieces(const std::vector<std::string_view>& pieces) {
  RequestParser parser(kCorpusLimits);
  std::string report;
  std::string input;
  for (const auto piece : pieces) {
    input += piece;
    while (!input.empty() && parser.state() != State::rejected) {
      const std::size_t used = parser.consume(input);
      input.erase(0, used);
      if (parser.state() == State::complete) {
        const Request& request = parser.request();
        report += fmt::format("{} {} {} {}\n", to_string(request.method), request.target,
                              request.headers.fields().size(), request.body);
        if (!parser.keep_alive()) return report + "close";
        parser.reset();
      } else if (used == 0) {
        break;
      }
    }
    if (parser.state() == State::rejected) {
      return report + fmt::format("{} {}", parser.rejection().status, parser.rejection().detail);
    }
  }
  return report;
}

std::vector<std::string_view> byte_by_byte(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < text.size(); ++i) pieces.push_back(text.substr(i, 1));
  return pieces;
}

}  // namespace

TEST_CASE("a request comes out as it went in") {
  RequestParser parser(kLimits);
  const std::string text =
      "POST /a%20b?x=1&y=%C3%A9 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nX-A:  v \r\n\r\nhiGET";
  std::size_t used = parser.consume(text);
  REQUIRE(parser.state() == State::body);
  used += parser.consume(std::string_view(text).substr(used));
  REQUIRE(parser.state() == State::complete);
  CHECK(text.substr(used) == "GET");
  const Request& request = parser.request();
  CHECK(request.method == Method::post);
  CHECK(request.target == "/a%20b?x=1&y=%C3%A9");
  CHECK(request.path == "/a%20b");
  CHECK(request.query == Parameters{{"x", "1"}, {"y", "é"}});
  CHECK(request.headers.find("x-a") == "v");
  CHECK(request.body == "hi");
  CHECK(parser.keep_alive());
  CHECK_FALSE(parser.is_http_1_0());
  CHECK_FALSE(parser.expects_continue());
}

TEST_CASE("what a parser makes of the corpus does not depend on the pieces") {
  for (const auto& raw : tests::read_corpus()) {
    CAPTURE(raw.name);
    const std::string_view bytes = raw.bytes;
    const auto whole = read_pieces({bytes});
    CHECK(read_pieces(byte_by_byte(bytes)) == whole);
    for (std::size_t first = 1; first < bytes.size(); ++first) {
      CAPTURE(first);
      CHECK(read_pieces({bytes.substr(0, first), bytes.substr(first)}) == whole);
      const std::size_t second = std::min(first + 3, bytes.size());
      CHECK(read_pieces({bytes.substr(0, first), bytes.substr(first, second - first),
                         bytes.substr(second)}) == whole);
    }
  }
}

TEST_CASE("a parser that was reset has forgotten the request before") {
  RequestParser parser(kLimits);
  const std::string_view first =
      "POST / HTTP/1.1\r\nHost: a\r\nA: b\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx";
  const std::size_t head = parser.consume(first);
  parser.consume(first.substr(head));
  REQUIRE(parser.state() == State::complete);
  parser.reset();
  parser.consume("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(parser.state() == State::complete);
  CHECK(parser.request().method == Method::get);
  CHECK(parser.request().path == "/2");
  CHECK(parser.request().headers.fields().size() == 1);
  CHECK(parser.request().body.empty());
  CHECK(parser.keep_alive());
}

TEST_CASE("a large body arrives whole, by length and by chunks") {
  std::string body;
  for (int i = 0; body.size() < 1'000'000; ++i) body += std::to_string(i);
  const auto by_length =
      fmt::format("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
  std::string by_chunks = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 4096) {
    const auto chunk = body.substr(at, 4096);
    by_chunks += fmt::format("{:x}\r\n{}\r\n", chunk.size(), chunk);
  }
  by_chunks += "0\r\n\r\n";
  for (const auto& text : {by_length, by_chunks}) {
    RequestParser parser(kLimits);
    std::string input;
    for (std::size_t at = 0; at < text.size(); at += 1000) {
      input += text.substr(at, 1000);
      for (std::size_t used = 1; used > 0;) {
        used = parser.consume(input);
        input.erase(0, used);
      }
    }
    REQUIRE(parser.state() == State::complete);
    CHECK(parser.request().body == body);
    CHECK(input.empty());
  }
}

}  // namespace notes::http
