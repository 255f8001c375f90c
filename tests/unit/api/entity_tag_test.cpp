#include "api/entity_tag.hpp"

#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"

using notes::api::entity_tag;
using notes::api::read_tag_list;
using notes::api::TagComparison;

TEST_CASE("a version is a strong entity tag") { CHECK(entity_tag(7) == "\"7\""); }

TEST_CASE("a list of tags is read as RFC 9110 writes it") {
  const auto list = read_tag_list("\"3\", W/\"4\" ,\t\"xyzzy\",\"\"", TagComparison::weak);
  CHECK(list.versions == std::vector<std::int64_t>{3, 4});
  CHECK_FALSE(list.any);
  CHECK(list.includes(4));
  CHECK_FALSE(list.includes(5));
}

TEST_CASE("a weak tag is equal to nothing when compared strongly") {
  CHECK(read_tag_list("W/\"4\", \"5\"", TagComparison::strong).versions ==
        std::vector<std::int64_t>{5});
}

TEST_CASE("an asterisk is any version") {
  const auto list = read_tag_list("*", TagComparison::strong);
  CHECK(list.any);
  CHECK(list.includes(1));
}

TEST_CASE("a tag that this service never gives is no version") {
  for (const std::string_view field :
       {"\"007\"", "\"0\"", "\"-1\"", "\"1 \"", "\"99999999999999999999\"", "\"1.0\""}) {
    CAPTURE(field);
    CHECK(read_tag_list(field, TagComparison::strong).versions.empty());
  }
}

TEST_CASE("what is no list of tags is malformed") {
  for (const std::string_view field :
       {"", "3", "\"3", "\"3\" \"4\"", "\"3\",", "w/\"3\"", "*, *"}) {
    CAPTURE(field);
    try {
      read_tag_list(field, TagComparison::strong);
      FAIL("accepted");
    } catch (const notes::Error& error) {
      CHECK(error.code() == notes::ErrorCode::malformed);
    }
  }
}
