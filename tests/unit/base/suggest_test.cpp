#include "base/suggest.hpp"

#include <array>

#include <doctest/doctest.h>

using namespace notes;

TEST_CASE("the distance counts inserted, deleted, replaced and swapped characters") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("port", "prot") == 1);
  CHECK(edit_distance("ca", "abc") ==
        3);  // optimal string alignment: a swapped pair is not edited again
}

TEST_CASE("the closest word is suggested when it is close enough") {
  constexpr std::array<std::string_view, 4> kWords{"upgrade", "downgrade", "current", "history"};
  CHECK(closest("upgrad", kWords) == "upgrade");
  CHECK(closest("upgarde", kWords) == "upgrade");
  CHECK(closest("histroy", kWords) == "history");
  CHECK(closest("current", kWords) == "current");
  CHECK(closest("xyzzy", kWords) == std::nullopt);
  CHECK(closest("", kWords) == std::nullopt);
  CHECK(closest(std::string(10'000, 'u'), kWords) == std::nullopt);
  CHECK(closest("up", std::span<const std::string_view>()) == std::nullopt);
}

TEST_CASE("a third of the word's length, rounded up, may be wrong, and the first wins a tie") {
  constexpr std::array<std::string_view, 2> kWords{"abcd", "abce"};
  CHECK(closest("abcx", kWords) == "abcd");
  CHECK(closest("axyd", kWords) == "abcd");
  CHECK(closest("axyz", kWords) == std::nullopt);
}

TEST_CASE("a suggestion is a phrase, or nothing") {
  constexpr std::array<std::string_view, 1> kWords{"upgrade"};
  CHECK(did_you_mean("upgrad", kWords) == " (did you mean 'upgrade'?)");
  CHECK(did_you_mean("seed", kWords).empty());
}
