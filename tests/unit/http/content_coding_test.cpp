#include "http/content_coding.hpp"

#include <string>

#include <doctest/doctest.h>
#include <zlib.h>

using notes::http::encode;
using notes::http::Method;
using notes::http::prefers_gzip;
using notes::http::Request;
using notes::http::respond;
using notes::http::Response;
using notes::http::strip_coding;

namespace {

constexpr std::size_t kMost = 1 << 20;

/// What zlib's own reader makes of it.
std::string unzipped(const std::string& body) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string text(kMost, '\0');
  std::string input = body;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

Request accepting(std::string_view codings) {
  Request request;
  request.headers.add("Accept-Encoding", codings);
  return request;
}

Response tagged(std::string body) {
  auto response = respond(200, "application/json", std::move(body));
  response.headers.add("ETag", "\"3\"");
  return response;
}

}  // namespace

TEST_CASE("gzip is preferred when its weight is not 0 and not below identity's") {
  for (const auto* yes : {"gzip", "GZip", "x-gzip", "deflate, gzip;q=0.5", "*", "br;q=1.0, *;q=0.1",
                          "gzip;q=1, identity; q=0.5", "identity;q=0.5, gzip; q=0.500", " gzip ",
                          "gzip;q=0.001", "identity;q=0, *", "gzip;Q=1"}) {
    CAPTURE(yes);
    CHECK(prefers_gzip(yes));
  }
  for (const auto* no : {"", "identity", "br, deflate", "gzip;q=0", "gzip;q=0.0, *", "*;q=0",
                         "gzip;q=0.5, identity", "gzip;q=", "gzip;q=2", "gzip;q=1.5", "gzip;q=-1",
                         "gzip;q=0.5000", "gzip;level=9", "gzipped", ",,;q=1,"}) {
    CAPTURE(no);
    CHECK_FALSE(prefers_gzip(no));
  }
}

TEST_CASE("a body over 1 KiB is coded, and its tag says so") {
  const std::string body(1025, 'a');
  auto response = tagged(body);
  encode(accepting("gzip, br"), response, kMost);
  CHECK(response.headers.find("Content-Encoding") == "gzip");
  CHECK(response.headers.find("ETag") == "\"3-gzip\"");
  CHECK(response.headers.find("Vary") == "Accept-Encoding");
  CHECK(response.body.size() < 100);
  CHECK(unzipped(response.body) == body);

  auto again = tagged(std::string(4000, 'b'));  // by the same thread's stream
  encode(accepting("gzip"), again, kMost);
  CHECK(unzipped(again.body) == std::string(4000, 'b'));
}

TEST_CASE("who does not want it gets the body as it is, and a cache learns that it depends") {
  const std::string body(2000, 'a');
  auto response = tagged(body);
  encode(Request{}, response, kMost);
  CHECK(response.body == body);
  CHECK(response.headers.find("ETag") == "\"3\"");
  CHECK(response.headers.find("Vary") == "Accept-Encoding");
  CHECK_FALSE(response.headers.find("Content-Encoding"));
}

TEST_CASE("what is small, large, no text, coded already or no smaller stays as it is") {
  const auto unchanged = [](Response response, std::size_t most = kMost) {
    const auto body = response.body;
    encode(accepting("gzip"), response, most);
    return response.body == body;
  };
  CHECK(unchanged(tagged(std::string(1024, 'a'))));
  CHECK(unchanged(tagged(std::string(2000, 'a')), 1999));
  CHECK(unchanged(respond(200, "application/octet-stream", std::string(2000, 'a'))));
  CHECK(unchanged(Response{.status = 200, .headers = {}, .body = std::string(2000, 'a')}));
  auto streamed = tagged(std::string(2000, 'a'));
  streamed.rest = [] { return std::nullopt; };
  CHECK(unchanged(std::move(streamed)));
  auto coded = tagged(std::string(2000, 'a'));
  coded.headers.add("Content-Encoding", "br");
  CHECK(unchanged(std::move(coded)));
  std::string noise;
  for (unsigned state = 1; noise.size() < 1100; state = state * 1103515245 + 12345) {
    noise += static_cast<char>(state >> 16);
  }
  CHECK(unchanged(tagged(noise)));
}

TEST_CASE("the tag of a coded representation comes back as the version it is of") {
  Request request;
  request.headers.add("If-None-Match", "\"2\", W/\"3-gzip\"");
  request.headers.add("if-none-match", "\"4-gzip\"");
  request.headers.add("If-Match", "\"3-gzip\"");
  strip_coding(request);
  CHECK(request.headers.combined("If-None-Match") == "\"2\", W/\"3\", \"4\"");
  CHECK(request.headers.find("If-Match") == "\"3\"");
  Response unmodified{.status = 304, .headers = {}, .body = {}};
  unmodified.headers.add("ETag", "\"3\"");
  Response plain = unmodified;
  encode(request, unmodified, kMost);
  CHECK(unmodified.headers.find("ETag") == "\"3-gzip\"");
  CHECK(unmodified.headers.find("Vary") == "Accept-Encoding");
  encode(Request{}, plain, kMost);
  CHECK(plain.headers.find("ETag") == "\"3\"");
}
