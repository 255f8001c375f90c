#include "http/cors.hpp"

#include <doctest/doctest.h>

using notes::config::ServerSettings;
using notes::http::Cors;
using notes::http::Method;
using notes::http::Request;
using notes::http::Response;

namespace {

constexpr std::string_view kExposed =
    "Access-Control-Expose-Headers: ETag, Idempotent-Replayed, Link, Location, RateLimit, "
    "RateLimit-Policy, Retry-After, X-Request-Id\r\n";

Request from(std::string_view origin) {
  Request request;
  request.headers.add("Origin", origin);
  return request;
}

std::string fields(const ServerSettings& settings, const Request& request) {
  std::string out;
  Cors(settings).append_fields(request, out);
  return out;
}

}  // namespace

TEST_CASE(
    "without listed origins nothing is said, and with them every answer depends on the origin") {
  CHECK(fields({}, from("https://a.example")).empty());
  const ServerSettings one{.cors_origins = {"https://a.example"}};
  CHECK(fields(one, Request{}) == "Vary: Origin\r\n");
  for (const auto* stranger :
       {"https://b.example", "https://a.example:443", "http://a.example",
        "https://a.example.evil.example", "HTTPS://A.EXAMPLE", "null", "*"}) {
    CAPTURE(stranger);
    CHECK(fields(one, from(stranger)) == "Vary: Origin\r\n");
  }
}

TEST_CASE(
    "a listed origin is named, never a wildcard, and may bring its cookie only when that is set") {
  const ServerSettings plain{.cors_origins = {"https://b.example", "https://a.example"}};
  CHECK(fields(plain, from("https://a.example")) ==
        std::string("Vary: Origin\r\nAccess-Control-Allow-Origin: https://a.example\r\n")
            .append(kExposed));
  const ServerSettings credentials{.cors_origins = {"https://a.example"}, .cors_credentials = true};
  CHECK(fields(credentials, from("https://a.example")) ==
        std::string("Vary: Origin\r\nAccess-Control-Allow-Origin: https://a.example\r\n"
                    "Access-Control-Allow-Credentials: true\r\n")
            .append(kExposed));
  CHECK(fields(credentials, from("https://b.example")) == "Vary: Origin\r\n");
}

TEST_CASE("a preflight learns the path's methods, and only a listed origin's") {
  const Cors cors(ServerSettings{.cors_origins = {"https://a.example"}});
  auto asks = from("https://a.example");
  asks.headers.add("Access-Control-Request-Method", "PUT");
  Response told{.status = 204, .headers = {}, .body = {}};
  cors.answer_preflight(asks, {Method::get, Method::put}, told);
  CHECK(told.headers.find("Access-Control-Allow-Methods") == "GET, PUT");
  CHECK(told.headers.find("Access-Control-Max-Age") == "600");
  CHECK(told.headers.find("Access-Control-Allow-Headers")->find("If-Match") != std::string::npos);

  auto stranger = from("https://b.example");
  stranger.headers.add("Access-Control-Request-Method", "PUT");
  Response silent{.status = 204, .headers = {}, .body = {}};
  cors.answer_preflight(stranger, {Method::get, Method::put}, silent);
  cors.answer_preflight(from("https://a.example"), {Method::get}, silent);
  CHECK(silent.headers.fields().empty());
}
