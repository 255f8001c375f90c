#include "http/rate_limiter.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using notes::http::Allowance;
using notes::http::Headers;
using notes::http::RateLimiter;
using notes::http::Request;
using notes::telemetry::Metrics;

namespace {

constexpr RateLimiter::TimePoint kStart{std::chrono::hours(1)};

}  // namespace

TEST_CASE("a quota is there at once, and then comes back evenly") {
  Metrics metrics;
  RateLimiter limiter("address", {.requests = 3, .period = 60s}, metrics);
  CHECK(limiter.take("a", kStart).remaining == 2);
  CHECK(limiter.take("a", kStart).remaining == 1);
  const auto last = limiter.take("a", kStart);
  CHECK(last.allowed);
  CHECK(last.remaining == 0);
  CHECK(last.reset == 60s);
  const auto refused = limiter.take("a", kStart + 1s);
  CHECK_FALSE(refused.allowed);
  CHECK(refused.retry_after == 19s);  // one of three comes back after 20 s
  CHECK(refused.reset == 59s);
  CHECK(limiter.take("b", kStart).remaining == 2);
  CHECK_FALSE(limiter.take("a", kStart + 20s - 1ns).allowed);
  CHECK(limiter.take("a", kStart + 20s).allowed);  // what was refused cost nothing
  CHECK_FALSE(limiter.take("a", kStart + 20s).allowed);
  CHECK(limiter.take("a", kStart + 24h).remaining == 2);
}

TEST_CASE("what a client is told of its quota") {
  Metrics metrics;
  const RateLimiter limiter("address", {.requests = 100, .period = 60s}, metrics);
  Headers headers;
  limiter.describe({.allowed = true, .remaining = 7, .reset = 1500ms, .retry_after = {}}, headers);
  CHECK(headers.find("RateLimit-Policy") == R"("address";q=100;w=60)");
  CHECK(headers.find("RateLimit") == R"("address";r=7;t=2)");
  Request request;
  request.path = "/api/v1/notes";
  const auto response = limiter.refuse(
      {.allowed = false, .remaining = 0, .reset = 60s, .retry_after = 600ms}, request);
  CHECK(response.status == 429);
  CHECK(response.headers.find("Retry-After") == "1");
  CHECK(response.headers.find("RateLimit") == R"("address";r=0;t=60)");
  CHECK(response.body ==
        R"({"type":"https://iana.org/assignments/http-problem-types#quota-exceeded",)"
        R"("title":"Request cannot be satisfied as assigned quota has been exceeded","status":429,)"
        R"("detail":"The quota \"address\" allows 100 requests in 60 s.",)"
        R"("instance":"/api/v1/notes","violated-policies":["address"]})");
}

TEST_CASE("a crowd of new clients does not make a busy one forgotten") {
  Metrics metrics;
  RateLimiter limiter("address", {.requests = 10, .period = 60s}, metrics, 64);
  for (int i = 0; i < 10; ++i) REQUIRE(limiter.take("busy", kStart).allowed);
  for (int i = 0; i < 100'000; ++i) {
    CHECK(limiter.take("crowd " + std::to_string(i), kStart + 1ms).allowed);
  }
  CHECK_FALSE(limiter.take("busy", kStart + 2ms).allowed);
  CHECK(metrics.prometheus_text().find(
            "http_server_rate_limited_requests_total{policy=\"address\"} 1") != std::string::npos);
}
