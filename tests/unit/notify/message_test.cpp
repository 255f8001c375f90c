#include "notify/message.hpp"

#include <doctest/doctest.h>

using namespace notes::notify;

TEST_CASE("a message is Slack's JSON, and nothing in it is markup") {
  CHECK(slack_json({.title = "purge-trash failed", .body = "a < b & c > d\n\"x\" <!channel>"}) ==
        R"({"text":"*purge-trash failed*\na &lt; b &amp; c &gt; d\n\"x\" &lt;!channel&gt;"})");
  CHECK(slack_json({.title = "recovered"}) == R"({"text":"*recovered*"})");
}

TEST_CASE("of a long body the beginning is sent, cut between characters") {
  // 2999 bytes and one character of three: it does not fit any more.
  const std::string body = std::string(2999, 'x') + "가나";
  CHECK(slack_json({.title = "t", .body = body}) ==
        R"({"text":"*t*\n)" + std::string(2999, 'x') + R"( …"})");
}
