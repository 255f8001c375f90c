#include <map>
#include <string>

#include <doctest/doctest.h>

#include "e2e/json.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"

namespace {

using Environment = std::map<std::string, std::string>;
using notes::tests::draft_json;
using notes::tests::HttpResponse;
using notes::tests::Service;
using notes::tests::Sqlite;
using notes::tests::Stream;

constexpr std::string_view kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a trace goes on through the server into every line about the request") {
  Service<Sqlite> service;
  auto client = service.server.connect();
  client.post("/api/v1/notes", R"({"titel":""})",
              {{"traceparent", "00-" + std::string(kTrace) + "-00f067aa0ba902b7-01"}});
  auto& process = service.server.process();
  const auto access = process.wait_for_line(Stream::errors, "\"message\":\"request\"");
  CHECK(holds(access, "\"trace_id\":\"" + std::string(kTrace) + "\""));
  CHECK_FALSE(holds(access, "00f067aa0ba902b7"));  // the span is the server's own
  const auto failed = process.wait_for_line(Stream::errors, "\"message\":\"request failed\"");
  CHECK(holds(failed, kTrace));
}

TEST_CASE("every answer says how it may be used, and errors say it too") {
  Service<Sqlite> service;
  auto client = service.server.connect();
  for (const auto* target : {"/", "/healthz", "/api/v1/notes", "/nowhere"}) {
    CAPTURE(target);
    const auto answer = client.get(target);
    CHECK(answer.header("x-content-type-options") == "nosniff");
    CHECK(answer.header("content-security-policy").has_value());
    CHECK(answer.header("referrer-policy").has_value());
    CHECK_FALSE(answer.header("strict-transport-security"));
    CHECK_FALSE(answer.header("access-control-allow-origin"));
  }
}

TEST_CASE("a listed site's page may call the API, and read also what goes wrong") {
  Service<Sqlite> service(Environment{{"NOTES_SERVER_CORS_ORIGINS", "https://app.example"}});
  auto client = service.server.connect();
  const auto asked = client.request("OPTIONS", "/api/v1/notes/x",
                                    {{"Origin", "https://app.example"},
                                     {"Access-Control-Request-Method", "PATCH"},
                                     {"Access-Control-Request-Headers", "if-match"}},
                                    "");
  CHECK(asked.status == 204);
  CHECK(asked.header("access-control-allow-origin") == "https://app.example");
  CHECK(holds(asked.header("access-control-allow-methods").value_or(""), "PATCH"));
  const auto missing = client.get("/api/v1/notes/x", {{"Origin", "https://app.example"}});
  CHECK(missing.status == 404);
  CHECK(missing.header("access-control-allow-origin") == "https://app.example");
  const auto stranger = client.get("/api/v1/notes", {{"Origin", "https://evil.example"}});
  CHECK_FALSE(stranger.header("access-control-allow-origin"));
  CHECK(stranger.header("vary") == "Origin");
}

TEST_CASE("an address has its quota, a proxy's clients one each, and probes are never counted") {
  Service<Sqlite> service(
      {{"NOTES_SERVER_TRUSTED_PROXIES", "127.0.0.0/8"}, {"NOTES_SERVER_ADDRESS_QUOTA", "2/1h"}});
  auto client = service.server.connect();
  const auto ask = [&](const std::string& from) {
    return client.get("/api/v1/notes", {{"X-Forwarded-For", from}, {"X-Forwarded-Proto", "https"}});
  };
  const auto first = ask("192.0.2.1");
  CHECK(first.status == 200);
  CHECK(first.header("ratelimit-policy") == R"("address";q=2;w=3600)");
  CHECK(first.header("ratelimit") == R"("address";r=1;t=1800)");
  CHECK(first.header("strict-transport-security") == "max-age=31536000");
  CHECK(ask("192.0.2.1").status == 200);
  const auto refused = ask("192.0.2.1");
  CHECK(refused.status == 429);
  CHECK(holds(refused.body, "#quota-exceeded"));
  CHECK(std::stoi(refused.header("retry-after").value_or("0")) > 1700);
  CHECK(refused.header("x-request-id").has_value());
  CHECK(ask("192.0.2.2").status == 200);
  CHECK(ask("2001:db8:0:1::1").status == 200);
  CHECK(ask("2001:db8:0:1::2").status == 200);
  CHECK(ask("2001:db8:0:1::3").status == 429);
  for (int i = 0; i < 5; ++i) {
    CHECK(client.get("/healthz", {{"X-Forwarded-For", "192.0.2.1"}}).status == 200);
  }
  CHECK(holds(service.server.process().wait_for_line(Stream::errors, "\"status\":429"),
              "\"client\":\"192.0.2.1\""));
}

TEST_CASE("a long answer is coded for who takes it, and its tag is good for reading and changing") {
  Service<Sqlite> service;
  auto client = service.server.connect();
  const auto made = client.post("/api/v1/notes", draft_json("long", std::string(5000, 'x')));
  const auto path = made.header("location").value();
  const auto plain = client.get(path);
  CHECK_FALSE(plain.header("content-encoding"));
  CHECK(plain.header("vary") == "Accept-Encoding");
  CHECK(plain.header("etag") == "\"1\"");

  const HttpResponse coded = client.get(path, {{"Accept-Encoding", "gzip"}});
  CHECK(coded.header("content-encoding") == "gzip");
  CHECK(coded.header("etag") == "\"1-gzip\"");
  CHECK(coded.body.size() < plain.body.size() / 4);
  CHECK(coded.body.substr(0, 2) == "\x1f\x8b");
  const auto head = client.request("HEAD", path, {{"Accept-Encoding", "gzip"}}, "");
  CHECK(head.header("content-length") == std::to_string(coded.body.size()));

  const auto same =
      client.get(path, {{"Accept-Encoding", "gzip"}, {"If-None-Match", "\"1-gzip\""}});
  CHECK(same.status == 304);
  CHECK(same.header("etag") == "\"1-gzip\"");
  CHECK(client.get(path, {{"If-None-Match", "\"1\""}}).status == 304);
  const auto changed = client.patch(path, R"({"title":"b"})", {{"If-Match", "\"1-gzip\""}});
  CHECK(changed.status == 200);
  CHECK(client.patch(path, R"({"title":"c"})", {{"If-Match", "\"1-gzip\""}}).status == 412);
}
