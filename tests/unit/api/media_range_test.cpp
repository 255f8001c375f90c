#include "api/media_range.hpp"

#include <string_view>

#include <doctest/doctest.h>

using notes::api::quality_of;

TEST_CASE("the most specific range decides how much a type is wanted") {
  // RFC 9110 §12.5.1's own example.
  constexpr std::string_view kAccept =
      "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, "
      "*/*;q=0.5";
  CHECK(quality_of(kAccept, "text/html") == 300);
  CHECK(quality_of(kAccept, "image/jpeg") == 500);
  CHECK(quality_of(kAccept, "text/plain") == 700);
}

TEST_CASE("a browser wants a page, a program takes what comes") {
  constexpr std::string_view kBrowser =
      "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  CHECK(quality_of(kBrowser, "text/html") == 1000);
  CHECK(quality_of(kBrowser, "application/json") == 800);
  CHECK(quality_of("*/*", "text/html") == quality_of("*/*", "application/json"));
  CHECK(quality_of("", "text/html") == 0);
}

TEST_CASE("weights have up to three digits, names any case, and what cannot be read is no range") {
  CHECK(quality_of("TEXT/Html ; Q=0.125", "text/html") == 125);
  CHECK(quality_of("text/html;q=0", "text/html") == 0);
  CHECK(quality_of("text/html;q=1.000", "text/html") == 1000);
  CHECK(quality_of("text/html;level=1;q=0.5", "text/html") == 500);
  for (const std::string_view accept :
       {"text/html;q=1.001", "text/html;q=2", "text/html;q=0.1234", "text/html;q=", "text/html;q=x",
        "text/html;q=0,5", "text/html;q=-1", "text", "/", "*", "text/", ";q=1", ",,,"}) {
    CAPTURE(accept);
    CHECK(quality_of(accept, "text/html") == 0);
  }
}
