#include "http/utf8.hpp"

#include <doctest/doctest.h>

namespace notes::http {

TEST_CASE("only well-formed UTF-8 is UTF-8") {
  for (const auto* text : {"", "plain", "é", "회의록", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"}) {
    CAPTURE(text);
    CHECK(is_utf8(text));
    CHECK(scrub_utf8(text) == text);
  }
  // A stray continuation, an overlong '/', a surrogate, past U+10FFFF, a sequence cut short.
  for (const auto* text : {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\xE2\x82"}) {
    CAPTURE(text);
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("scrubbing keeps what is well-formed around what is not") {
  CHECK(scrub_utf8("a\xFFé") == "a\xEF\xBF\xBDé");
  CHECK(scrub_utf8("\xE2\x82") == "\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace notes::http
