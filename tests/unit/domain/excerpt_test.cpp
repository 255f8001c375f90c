#include "domain/excerpt.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace notes::domain {
namespace {

using Segments = std::vector<Segment>;

SearchQuery read(std::string_view text) {
  std::vector<Violation> violations;
  auto query = read_search_query(text, violations);
  REQUIRE(violations.empty());
  return query;
}

std::string joined(const Segments& segments) {
  std::string text;
  for (const auto& segment : segments) text += segment.text;
  return text;
}

TEST_CASE("what was found is told apart, as it is written") {
  CHECK(highlighted("Café <b>CAFE\u0301</b> 회의록", read("cafe 의록")) ==
        Segments{{"Café", true},
                 {" <b>", false},
                 {"CAFE\u0301", true},
                 {"</b> 회", false},
                 {"의록", true}});
  CHECK(highlighted("foo, bar baz", read("\"foo bar\"")) ==
        Segments{{"foo, bar", true}, {" baz", false}});
  CHECK(highlighted("aaa 回回回", read("aa* 回回")) ==
        Segments{{"aa", true}, {"a ", false}, {"回回回", true}});
  CHECK(highlighted("nothing", read("tag:x")) == Segments{{"nothing", false}});
  CHECK(highlighted("", read("x")) == Segments{});
}

TEST_CASE("an excerpt begins a little before the first match and has 240 characters at most") {
  const std::string before(100, 'a');
  const std::string after(300, 'b');
  const auto found = excerpt(before + " 회의 " + after, read("회의"));
  CHECK(found == Segments{{std::string(59, 'a') + " ", false},
                          {"회의", true},
                          {" " + std::string(177, 'b'), false}});
  CHECK(excerpt(before + after, read("missing")) ==
        Segments{{before + std::string(140, 'b'), false}});
}

TEST_CASE("an excerpt is cut between characters, also through what is found") {
  std::string hanguls;
  for (int i = 0; i < 300; ++i) hanguls += "회";
  const auto found = excerpt(hanguls, read("회"));
  CHECK(found == Segments{{hanguls.substr(0, 720), true}});
  const auto text = "x" + hanguls + " milk";
  CHECK(text.find(joined(excerpt(text, read("milk")))) != std::string::npos);
}

}  // namespace
}  // namespace notes::domain
