#include "http/response_policy.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using notes::config::ServerSettings;
using notes::http::Request;
using notes::http::respond;
using notes::http::Response;
using notes::http::ResponsePolicy;
using notes::http::Scheme;

namespace {

std::string fields(const Response& response, const Request& request = {},
                   const ServerSettings& settings = {}) {
  std::string out;
  ResponsePolicy(settings).append_fields(request, response, out);
  return out;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("what is no page loads nothing and sends no referrer") {
  CHECK(fields(respond(200, "application/json", "{}")) ==
        "X-Content-Type-Options: nosniff\r\n"
        "Cross-Origin-Resource-Policy: same-origin\r\n"
        "Referrer-Policy: no-referrer\r\n"
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n");
  CHECK(fields(Response{.status = 204, .headers = {}, .body = {}}) ==
        fields(respond(200, "application/json", "{}")));
}

TEST_CASE("a page loads from its own origin only and keeps the Origin of its forms") {
  const auto page = fields(respond(200, "text/html; charset=utf-8", "<p>"));
  CHECK(holds(page, "script-src 'self';"));
  CHECK(holds(page, "frame-ancestors 'none'"));
  CHECK_FALSE(holds(page, "unsafe"));
  CHECK(holds(page, "Referrer-Policy: same-origin\r\n"));
  CHECK(holds(page, "X-Content-Type-Options: nosniff\r\n"));
}

TEST_CASE("a response's own content policy is the only one") {
  auto response = respond(200, "text/html", "<p>");
  response.headers.add("content-security-policy", "default-src 'self'");
  CHECK_FALSE(holds(fields(response), "Content-Security-Policy"));
}

TEST_CASE("browsers are told to keep to https on https alone") {
  Request request;
  const auto response = respond(200, "text/plain", "x");
  CHECK_FALSE(holds(fields(response, request), "Strict-Transport-Security"));
  request.scheme = Scheme::https;
  CHECK(holds(fields(response, request), "Strict-Transport-Security: max-age=31536000\r\n"));
  CHECK_FALSE(holds(fields(response, request, {.hsts_max_age = 0ms}), "Strict-Transport-Security"));
}
