#include "domain/text.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using notes::domain::count_characters;

TEST_CASE("characters are counted, not bytes") {
  CHECK(count_characters("") == 0);
  CHECK(count_characters("abc") == 3);
  CHECK(count_characters("회의록") == 3);                // 9 bytes
  CHECK(count_characters("\xF0\x9F\x98\x80") == 1);      // U+1F600
  CHECK(count_characters("e\xCC\x81") == 2);             // e and a combining acute accent
  CHECK(count_characters(std::string("a\0b", 3)) == 3);  // U+0000 is a character
  CHECK(count_characters("\xF4\x8F\xBF\xBF") == 1);      // U+10FFFF, the last
}

TEST_CASE("text that RFC 3629 does not allow is no text") {
  const std::vector<std::string> refused{
      "\x80",              // a continuation byte alone
      "\xC3",              // cut short
      "\xC0\xAF",          // '/' in two bytes
      "\xE0\x80\xAF",      // '/' in three
      "\xED\xA0\x80",      // a surrogate, U+D800
      "\xF4\x90\x80\x80",  // U+110000, past the last
      "\xFF",              // never a byte of UTF-8
      "abc\xE2\x82",       // cut short at the end
  };
  for (const auto& text : refused) {
    CAPTURE(text.size());
    CHECK_FALSE(count_characters(text).has_value());
  }
}
