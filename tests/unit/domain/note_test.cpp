#include "domain/note.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using notes::Violation;
using notes::domain::NoteDraft;
using notes::domain::NotePatch;
using notes::domain::validate;

namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("a client chooses ids of version 4 and 7 only") {
  const auto may = [](std::string_view text) {
    return notes::domain::may_be_chosen(*notes::domain::NoteId::parse(text));
  };
  // The examples of RFC 9562, appendix A.
  CHECK(may("919108f7-52d1-4320-9bac-f847db4148a8"));
  CHECK(may("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"));
  CHECK_FALSE(may("c232ab00-9414-11ec-b3c8-9f6bdeced846"));  // version 1
  CHECK_FALSE(may("5df41881-3aed-3515-88a7-2f4a814cf09e"));  // version 3
  CHECK_FALSE(may("00000000-0000-0000-0000-000000000000"));
  CHECK_FALSE(may("ffffffff-ffff-ffff-ffff-ffffffffffff"));
  CHECK_FALSE(may("919108f7-52d1-4320-1bac-f847db4148a8"));  // another variant
}

TEST_CASE("a draft at the edge of every limit may be stored") {
  CHECK(validate(NoteDraft{"x", ""}).empty());
  CHECK(validate(NoteDraft{repeated("가", 200), repeated("b", 524'288)}).empty());
}

TEST_CASE("a draft past a limit names the limit and the value") {
  CHECK(validate(NoteDraft{"", ""}) ==
        std::vector<Violation>{{"/title", "too_short", "must have 1 to 200 characters, is empty"}});
  CHECK(validate(NoteDraft{repeated("가", 201), ""}) ==
        std::vector<Violation>{{"/title", "too_long", "must have 1 to 200 characters, has 201"}});
  CHECK(validate(NoteDraft{"t", repeated("b", 524'289)}) ==
        std::vector<Violation>{
            {"/body", "too_long", "must have at most 524288 bytes in UTF-8, has 524289"}});
}

TEST_CASE("text that PostgreSQL cannot keep is refused, in each member") {
  const auto violations = validate(NoteDraft{std::string("a\0b", 3), "\xC3("});
  CHECK(violations == std::vector<Violation>{{"/title", "null_character",
                                              "must not contain U+0000, which cannot be stored"},
                                             {"/body", "not_utf8", "must be well-formed UTF-8"}});
}

TEST_CASE("a patch is checked where it says something") {
  CHECK(validate(NotePatch{}).empty());
  CHECK(validate(NotePatch{.title = std::nullopt, .body = "fine"}).empty());
  const auto violations = validate(NotePatch{.title = "", .body = std::nullopt});
  REQUIRE(violations.size() == 1);
  CHECK(violations.front().pointer == "/title");
}
