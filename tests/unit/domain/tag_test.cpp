#include "domain/tag.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using notes::Violation;
using notes::domain::check_tags;
using notes::domain::Tag;
using notes::domain::tags_of;

namespace {

std::vector<Violation> violations_of(const std::vector<std::string>& names) {
  std::vector<Violation> violations;
  check_tags(names, violations);
  return violations;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("a tag is kept trimmed, composed and in its own case, and is that tag in any case") {
  // "e" with a combining acute accent composes to U+00E9; U+3000 is the ideographic space.
  CHECK(tags_of({" \tCafe\xCC\x81\xE3\x80\x80"}) ==
        std::vector<Tag>{{"Caf\xC3\xA9", "caf\xC3\xA9"}});
  CHECK(tags_of({"Stra\xC3\x9F"
                 "e"}) == std::vector<Tag>{{"Stra\xC3\x9F"
                                            "e",
                                            "strasse"}});
  CHECK(tags_of({"회의 2주차"}) == std::vector<Tag>{{"회의 2주차", "회의 2주차"}});
  // Hangul typed as jamo is the same syllable.
  CHECK(tags_of({"\xE1\x84\x80\xE1\x85\xA1"}) == std::vector<Tag>{{"가", "가"}});
}

TEST_CASE("of several names for one tag the first counts, and tags stand in one order") {
  CHECK(tags_of({"work", "Home", "WORK", "home ", "art"}) ==
        std::vector<Tag>{{"art", "art"}, {"Home", "home"}, {"work", "work"}});
  CHECK(tags_of({}).empty());
}

TEST_CASE("tags at the edge of every limit may be stored") {
  CHECK(violations_of({}).empty());
  CHECK(violations_of({repeated("가", 50)}).empty());
  CHECK(violations_of({"  " + repeated("e\xCC\x81", 50) + "\n"}).empty());
  CHECK(violations_of(std::vector<std::string>(32, "x")).empty());
}

TEST_CASE("a tag past a limit is named by its place") {
  CHECK(violations_of(
            {"ok", " \xC2\xA0\n", "a\nb", "\xC3(", std::string("a\0b", 3), repeated("x", 51)}) ==
        std::vector<Violation>{
            {"/tags/1", "too_short", "must have 1 to 50 characters, is blank"},
            {"/tags/2", "control_character", "must not contain control characters"},
            {"/tags/3", "not_utf8", "must be well-formed UTF-8"},
            {"/tags/4", "control_character", "must not contain control characters"},
            {"/tags/5", "too_long", "must have 1 to 50 characters, has 51"}});
  CHECK(violations_of(std::vector<std::string>(33, "x")) ==
        std::vector<Violation>{{"/tags", "too_many", "must have at most 32 tags, has 33"}});
}

TEST_CASE("half a megabyte of marks out of order is no tag, and is refused at once") {
  std::string marks = "a";
  for (int i = 0; i < 130'000; ++i) marks += "\u0301\u0316";
  CHECK(
      violations_of({marks}) ==
      std::vector<Violation>{{"/tags/0", "too_long", "must have 1 to 50 characters, has 260001"}});
}
