#include <string>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "http/route.hpp"

namespace notes::http {
namespace {

Route row(Method method, std::string_view pattern) {
  return {method, std::string(pattern), pattern, Runs::inline_,
          [](const Request&) { return Response{}; }};
}

Router a_router() {
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/"));
  rows.push_back(row(Method::get, "/notes"));
  rows.push_back(row(Method::post, "/notes"));
  rows.push_back(row(Method::get, "/notes/{id}"));
  rows.push_back(row(Method::delete_, "/notes/{note}"));
  rows.push_back(row(Method::get, "/notes/search"));
  rows.push_back(row(Method::get, "/notes/{id}/revisions/{number}"));
  rows.push_back(row(Method::post, "/notes/search/again"));
  return Router(std::move(rows));
}

}  // namespace

TEST_CASE("a path leads to its row, a literal before a name") {
  const Router router = a_router();
  CHECK(router.match(Method::get, "/").route->pattern == "/");
  CHECK(router.match(Method::get, "/notes/search").route->pattern == "/notes/search");
  CHECK(router.match(Method::get, "/notes/7").route->pattern == "/notes/{id}");
  const auto match = router.match(Method::get, "/notes/a%2Fb/revisions/%252F");
  REQUIRE(match.route != nullptr);
  CHECK(match.values == Parameters{{"id", "a/b"}, {"number", "%2F"}});
}

TEST_CASE("a literal that leads nowhere gives way to a name") {
  const auto match = a_router().match(Method::get, "/notes/search/revisions/1");
  REQUIRE(match.route != nullptr);
  CHECK(match.values == Parameters{{"id", "search"}, {"number", "1"}});
}

TEST_CASE("rows of one path may name their values differently") {
  CHECK(a_router().match(Method::delete_, "/notes/7").values == Parameters{{"note", "7"}});
}

TEST_CASE("HEAD is found where GET is, and other methods are named") {
  const Router router = a_router();
  CHECK(router.match(Method::head, "/notes").route->method == Method::get);
  const auto match = router.match(Method::put, "/notes");
  CHECK(match.route == nullptr);
  CHECK(match.allowed == std::vector{Method::get, Method::head, Method::post, Method::options});
  CHECK(router.match(Method::head, "/notes/search/again").allowed ==
        std::vector{Method::post, Method::options});
}

TEST_CASE("there is no such path") {
  const Router router = a_router();
  for (const auto* path :
       {"", "*", "/nothing", "/notes/", "/notes//", "//notes", "/notes/1/revisions", "/Notes"}) {
    CAPTURE(path);
    const auto match = router.match(Method::get, path);
    CHECK(match.route == nullptr);
    CHECK(match.allowed.empty());
  }
}

TEST_CASE("two rows for the same are refused") {
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/a/{x}"));
  rows.push_back(row(Method::get, "/a/{y}"));
  CHECK_THROWS_WITH_AS(Router(std::move(rows)), "the routes /a/{x} and /a/{y} are both GET /a/{y}",
                       Error);
}

}  // namespace notes::http
