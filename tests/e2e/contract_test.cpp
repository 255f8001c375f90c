#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/server_process.hpp"

namespace {

using notes::tests::built;
using notes::tests::HttpResponse;
using notes::tests::run;
using notes::tests::ServerProcess;

constexpr auto kBrowser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// A server whose database nobody asks.
ServerProcess a_server() {
  return ServerProcess(std::map<std::string, std::string>{{"DATABASE_URL", "sqlite:notes.db"}});
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// What the page's src and href attributes hold.
std::vector<std::string> references(const std::string& page) {
  std::vector<std::string> found;
  for (const std::string_view attribute : {"src=\"", "href=\""}) {
    for (auto at = page.find(attribute); at != std::string::npos; at = page.find(attribute, at)) {
      at += attribute.size();
      found.push_back(page.substr(at, page.find('"', at) - at));
    }
  }
  return found;
}

}  // namespace

TEST_CASE("the contract that is served is the one that is printed") {
  ServerProcess server = a_server();
  auto client = server.connect();
  const auto served = client.get("/openapi.json");
  CHECK(served.status == 200);
  CHECK(served.header("content-type") == "application/json");
  const auto printed = run(built("notes-server"), {.arguments = {"openapi"},
                                                   .environment = {},
                                                   .directory = server.directory().path(),
                                                   .input = {}});
  CHECK(printed.status.code == 0);
  CHECK(served.body == printed.output);
  CHECK(client.get("/openapi.json", {{"If-None-Match", *served.header("etag")}}).status == 304);
}

TEST_CASE("a browser gets the page at /, a program the description") {
  ServerProcess server = a_server();
  auto client = server.connect();
  const auto page = client.get("/", {{"Accept", kBrowser}});
  CHECK(page.status == 200);
  CHECK(page.header("content-type") == "text/html; charset=utf-8");
  CHECK(page.header("vary") == "Accept");
  CHECK(contains(*page.header("content-security-policy"), "script-src 'self';"));
  CHECK_FALSE(contains(*page.header("content-security-policy"), "unsafe"));
  const auto description = client.get("/", {{"Accept", "*/*"}});
  CHECK(description.header("content-type") == "application/json");
  CHECK(description.header("vary") == "Accept");
  CHECK(description.body == client.get("/").body);
  CHECK(client.get("/", {{"Accept", kBrowser}, {"If-None-Match", *page.header("etag")}}).status ==
        304);
}

TEST_CASE("whatever the pages load is this server's own, and there") {
  ServerProcess server = a_server();
  auto client = server.connect();
  for (const std::string path : {"/", "/docs"}) {
    const auto page = client.get(path, {{"Accept", kBrowser}});
    REQUIRE(page.status == 200);
    CHECK_FALSE(contains(page.body, "style="));
    CHECK_FALSE(contains(page.body, "<script>"));
    CHECK_FALSE(contains(page.body, "://"));
    for (const auto& address : references(page.body)) {
      CAPTURE(address);
      CHECK(client.get(address).status == 200);
    }
  }
  CHECK(contains(client.get("/problems/feed-broken").body, "since=0"));
  CHECK(client.get("/problems/feed-broken.html").status == 404);
  CHECK(client.get("/page/nothing.js").status == 404);
  CHECK(client.get("/docs/..%2Fplain.html").status == 404);
}
