#include "api/origin.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using notes::api::is_forgeable;
using notes::http::Method;
using notes::http::Request;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

bool forgeable(const Fields& fields, Method method = Method::post) {
  Request request;
  request.method = method;
  request.headers.add("Host", "notes.example.org:8443");
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  return is_forgeable(request, {"https://app.example.org"});
}

}  // namespace

TEST_CASE("a browser's word for where a request comes from decides") {
  struct Case {
    const char* site;
    bool forgeable;
  };
  for (const auto& [site, expected] :
       {Case{"same-origin", false}, Case{"none", false}, Case{"same-site", true},
        Case{"cross-site", true}, Case{"", true}, Case{"Same-Origin", true}}) {
    CAPTURE(site);
    CHECK(forgeable({{"Sec-Fetch-Site", site}}) == expected);
    CHECK(forgeable({{"Sec-Fetch-Site", site}, {"Origin", "https://notes.example.org:8443"}}) ==
          expected);
  }
  CHECK_FALSE(forgeable({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://app.example.org"}}));
}

TEST_CASE("without it the origin is held against the host") {
  CHECK_FALSE(forgeable({{"Origin", "https://notes.example.org:8443"}}));
  CHECK_FALSE(forgeable({{"Origin", "http://NOTES.example.org:8443"}}));
  CHECK_FALSE(forgeable({{"Origin", "https://app.example.org"}}));
  for (const char* origin :
       {"null", "", "https://notes.example.org", "https://evil.example", "notes.example.org:8443",
        "https://notes.example.org:8443.evil.example",
        "https://evil.example/notes.example.org:8443", "https://app.example.org.evil.example",
        "http://app.example.org"}) {
    CAPTURE(origin);
    CHECK(forgeable({{"Origin", origin}}));
  }
}

TEST_CASE("what only reads, or is no browser's, is not forged") {
  CHECK_FALSE(forgeable({}));
  for (const auto method : {Method::get, Method::head, Method::options}) {
    CHECK_FALSE(forgeable({{"Sec-Fetch-Site", "cross-site"}}, method));
  }
  for (const auto method : {Method::put, Method::patch, Method::delete_}) {
    CHECK(forgeable({{"Sec-Fetch-Site", "cross-site"}}, method));
  }
}
