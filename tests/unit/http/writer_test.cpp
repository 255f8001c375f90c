#include "http/writer.hpp"

#include <doctest/doctest.h>

namespace notes::http {
namespace {

std::string written(const Response& response, bool head_only, Persistence persistence) {
  std::string out;
  write(response,
        {.head_only = head_only,
         .persistence = persistence,
         .date = "Sun, 06 Nov 1994 08:49:37 GMT",
         .request_id = "r",
         .policy = "X-Policy: p\r\n"},
        out);
  return out;
}

constexpr std::string_view kFields =
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Request-Id: r\r\nX-Policy: p\r\n";

std::string with_fields(std::string_view status_line, std::string_view rest) {
  return std::string(status_line).append("\r\n").append(kFields).append(rest);
}

}  // namespace

TEST_CASE("a response is written with what frames it") {
  CHECK(
      written(respond(200, "text/plain", "hello"), false, Persistence::keep_alive) ==
      with_fields("HTTP/1.1 200 OK", "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"));
  CHECK(written(respond(404, "text/plain", ""), false, Persistence::close) ==
        with_fields("HTTP/1.1 404 Not Found",
                    "Content-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
}

TEST_CASE("the answer to HEAD has the length and no body") {
  CHECK(written(respond(200, "text/plain", "hello"), true, Persistence::keep_alive_said) ==
        with_fields(
            "HTTP/1.1 200 OK",
            "Content-Type: text/plain\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n"));
}

TEST_CASE("204 and 304 have neither length nor body") {
  for (const int status : {204, 304}) {
    Response response{.status = status, .headers = {}, .body = "ignored"};
    response.headers.add("ETag", "\"1\"");
    const auto line = status == 204 ? "HTTP/1.1 204 No Content" : "HTTP/1.1 304 Not Modified";
    CHECK(written(response, false, Persistence::keep_alive) ==
          with_fields(line, "ETag: \"1\"\r\n\r\n"));
  }
}

TEST_CASE("a handler's own framing fields are not written") {
  Response response = respond(200, "text/plain", "x");
  response.headers.add("content-length", "99");
  response.headers.add("Transfer-Encoding", "chunked");
  response.headers.add("connection", "upgrade");
  CHECK(written(response, false, Persistence::keep_alive) ==
        with_fields("HTTP/1.1 200 OK", "Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx"));
}

TEST_CASE("a response that would break the framing cannot be written") {
  Response response = respond(200, "text/plain", "x");
  CHECK(is_writable(response));
  response.headers.add("Location", "/a\r\nSet-Cookie: b");
  CHECK_FALSE(is_writable(response));
  CHECK_FALSE(is_writable(Response{.status = 100, .headers = {}, .body = {}}));
  Response bad_name{};
  bad_name.headers.add("A b", "1");
  CHECK_FALSE(is_writable(bad_name));
}

TEST_CASE("a date is written as RFC 9110 does") {
  DateText date;
  // The example of RFC 9110 §5.6.7, and one second on.
  CHECK(date.at(*Timestamp::parse("1994-11-06T08:49:37.9Z")) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(date.at(*Timestamp::parse("1994-11-06T08:49:38Z")) == "Sun, 06 Nov 1994 08:49:38 GMT");
  CHECK(date.at(*Timestamp::parse("2000-02-29T00:00:00Z")) == "Tue, 29 Feb 2000 00:00:00 GMT");
}

}  // namespace notes::http
