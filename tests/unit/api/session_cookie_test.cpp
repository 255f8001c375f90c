#include "api/session_cookie.hpp"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace notes::api;

namespace {

std::optional<std::string> read(const std::vector<std::string>& lines) {
  notes::http::Request request;
  for (const auto& line : lines) request.headers.add("Cookie", line);
  return read_session_cookie(request);
}

}  // namespace

TEST_CASE("the session's cookie is found among others") {
  CHECK(read({"__Host-session=abc"}) == "abc");
  CHECK(read({"a=b; __Host-session=abc; c=d"}) == "abc");
  CHECK(read({"a=b;__Host-session= abc ;c"}) == "abc");
  CHECK(read({"a=b", "__Host-session=abc"}) == "abc");
  CHECK(read({"__Host-session=a=b="}) == "a=b=");
  CHECK(read({"__Host-session="}) == "");
}

TEST_CASE("anything else is no session's cookie") {
  for (const char* line : {"", ";", ";;=;", "session=abc", "__host-session=abc", "__Host-session",
                           "x__Host-session=abc", "__Host-sessions=abc", "a=__Host-session=abc",
                           "a=\"; __Host-session2=x\""}) {
    CAPTURE(line);
    CHECK(read({line}) == std::nullopt);
  }
  CHECK(read({}) == std::nullopt);
}

TEST_CASE("two cookies of the name are none: one is somebody else's") {
  CHECK(read({"__Host-session=abc; __Host-session=abd"}) == std::nullopt);
  CHECK(read({"__Host-session=abc", "__Host-session=abd"}) == std::nullopt);
}

TEST_CASE("the cookie keeps to this host, to https, and out of reach of scripts") {
  CHECK(session_cookie("abc", std::chrono::hours(24)) ==
        "__Host-session=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=86400");
  CHECK(ended_session_cookie() ==
        "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
}
