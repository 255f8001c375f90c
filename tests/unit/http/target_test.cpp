#include "http/target.hpp"

#include <doctest/doctest.h>

namespace notes::http {

TEST_CASE("a target gives its path as it came and its query decoded once") {
  const auto target = parse_target(Method::get, "/a%2Fb?q=x+y&r=%2541&flag&&=v");
  REQUIRE(target.has_value());
  CHECK(target->path == "/a%2Fb");
  CHECK(target->query == Parameters{{"q", "x y"}, {"r", "%41"}, {"flag", ""}, {"", "v"}});
}

TEST_CASE("an absolute target is its path and query") {
  CHECK(parse_target(Method::get, "HTTPS://h:1/p?q=1")->path == "/p");
  CHECK(parse_target(Method::get, "http://h?q=1")->path == "/");
  CHECK(parse_target(Method::get, "http://h?q=1")->query == Parameters{{"q", "1"}});
  CHECK(parse_target(Method::get, "http://[::1]/p")->path == "/p");
  CHECK(parse_target(Method::options, "http://h")->path == "*");
}

TEST_CASE("what is no target of a request to an origin server") {
  for (const auto* target : {"",
                             "a",
                             "*",
                             "//?\x80",
                             "/%",
                             "/%1",
                             "/%g1",
                             "/%00",
                             "/%c0%80",
                             "/?a=%ED%A0%80",
                             "/#f",
                             "/a b",
                             "/\"",
                             "http://",
                             "http://:80/",
                             "http://u@h/",
                             "http://h:x/",
                             "mailto:a",
                             "http://[::1/",
                             "http://h/%"}) {
    CAPTURE(target);
    CHECK_FALSE(parse_target(Method::get, target).has_value());
  }
}

TEST_CASE("which texts are hosts") {
  for (const auto* host :
       {"", "a", "a.b:80", "a:", "127.0.0.1", "[::1]", "[::1]:8080", "%41", "a_b~c"}) {
    CAPTURE(host);
    CHECK(is_host(host));
  }
  for (const auto* host :
       {"a b", "a:b", "a/b", "u@a", "[", "[]", "[::1", "[::1]a", "%4", "a?", "a:1:2"}) {
    CAPTURE(host);
    CHECK_FALSE(is_host(host));
  }
}

TEST_CASE("percent-decoding decodes once") {
  CHECK(percent_decode("%2525", Plus::literal) == "%25");
  CHECK(percent_decode("a+b", Plus::literal) == "a+b");
  CHECK(percent_decode("a+b%2B", Plus::space) == "a b+");
  CHECK(percent_decode("%ED%9A%8C", Plus::literal) == "회");
}

}  // namespace notes::http
