#include "domain/slug.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace notes::domain {
namespace {

TEST_CASE("a slug keeps the letters and digits of a name") {
  const std::vector<std::pair<std::string, std::string>> examples{
      {"Ada Lovelace", "ada-lovelace"},
      {"Zoë O'Hara", "zoe-o-hara"},
      {"  --Grace   Hopper!! ", "grace-hopper"},
      {"김 민수", "김-민수"},
      {"ＴＯＫＹＯ ４２", "tokyo-42"},
      {"Straße", "strasse"},
      {"a_b/c", "a-b-c"},
      {"!!!", ""},
      {"", ""},
      {"\xFF\xFE", ""},
  };
  for (const auto& [name, slug] : examples) {
    CAPTURE(name);
    CHECK(slug_of(name) == slug);
  }
}

TEST_CASE("a slug of a long name is cut between characters, and never ends in a hyphen") {
  CHECK(slug_of(std::string(100, 'x')) == std::string(48, 'x'));
  CHECK(slug_of(std::string(47, 'x') + " y") == std::string(47, 'x'));
  CHECK(slug_of(std::string(46, 'x') + " y z") == std::string(46, 'x') + "-y");
}

TEST_CASE("a user's candidates end with one that nobody else can have") {
  const auto user = *UserId::parse("01234567-89ab-7def-8123-456789abcdef");
  CHECK(slug_candidates("Ada", user) ==
        std::vector<std::string>{"ada", "ada-abcdef", "ada-0123456789ab7def8123456789abcdef"});
  CHECK(slug_candidates("?", user).front() == "user");
}

}  // namespace
}  // namespace notes::domain
