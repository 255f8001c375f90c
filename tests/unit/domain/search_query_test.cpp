#include "domain/search_query.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace notes::domain {
namespace {

using Texts = std::vector<std::string>;

SearchQuery read(std::string_view text) {
  std::vector<Violation> violations;
  auto query = read_search_query(text, violations);
  CAPTURE(text);
  REQUIRE(violations.empty());
  return query;
}

std::string refusal(std::string_view text) {
  std::vector<Violation> violations;
  read_search_query(text, violations);
  if (violations.size() != 1) return std::to_string(violations.size()) + " violations";
  CHECK(violations[0].pointer == "q");
  return violations[0].code;
}

Note note_of(std::string title, std::string body = "", Texts tags = {}) {
  Note note;
  note.title = std::move(title);
  note.body = std::move(body);
  note.tags = std::move(tags);
  return note;
}

bool finds(std::string_view query, const Note& note) { return matches(read(query), note); }

TEST_CASE("a query is read part by part") {
  CHECK(read("Milk  Bread") == SearchQuery{.wanted = {" milk ", " bread "}});
  CHECK(read("budg*") == SearchQuery{.wanted = {" budg"}});
  CHECK(read("\"for the\"") == SearchQuery{.wanted = {" for the "}});
  CHECK(read("\"for th\"*") == SearchQuery{.wanted = {" for th"}});
  CHECK(read("foo-bar") == SearchQuery{.wanted = {" foo bar "}});
  CHECK(read("회의") == SearchQuery{.wanted = {"회의"}});
  CHECK(read("회의*") == SearchQuery{.wanted = {"회의"}});
  CHECK(read("회의록2024") == SearchQuery{.wanted = {"회의록 2024 "}});
  CHECK(read("2024회의록") == SearchQuery{.wanted = {" 2024 회의록"}});
  CHECK(read("milk -draft -\"to do\" -회") ==
        SearchQuery{.wanted = {" milk "}, .unwanted = {" draft ", " to do ", "회"}});
  CHECK(read("tag:Work -TAG:\"To Do\"") ==
        SearchQuery{.tags = {"work"}, .unwanted_tags = {"to do"}});
  CHECK(read("tag:a*b*") == SearchQuery{.tags = {"a*b*"}});
  CHECK(read("a\u3000b\tc") == SearchQuery{.wanted = {" a ", " b ", " c "}});
}

TEST_CASE("signs that mean something elsewhere mean nothing here") {
  CHECK(read("a AND b OR NEAR(c)") ==
        SearchQuery{.wanted = {" a ", " and ", " b ", " or ", " near c "}});
  CHECK(read("title:milk") == SearchQuery{.wanted = {" title milk "}});
  CHECK(read("'a' & !b | c:") == SearchQuery{.wanted = {" a ", " b ", " c "}});
  CHECK(read("foo\"bar baz\"") == SearchQuery{.wanted = {" foo ", " bar baz "}});
  CHECK(read("\"not closed") == SearchQuery{.wanted = {" not closed "}});
  CHECK(read("milk \"\" - ! 🎉") == SearchQuery{.wanted = {" milk "}});
  CHECK(read("--x y") == SearchQuery{.wanted = {" y "}, .unwanted = {" x "}});
  CHECK(read("f*o") == SearchQuery{.wanted = {" f o "}});
}

TEST_CASE("what cannot be searched for is refused with a reason") {
  CHECK(refusal("") == "nothing_to_find");
  CHECK(refusal(" !!! ") == "nothing_to_find");
  CHECK(refusal("-draft -tag:x") == "nothing_to_find");
  CHECK(refusal("a*") == "prefix_too_short");
  CHECK(refusal("foo \"b c\"*") == "prefix_too_short");
  CHECK(refusal("tag:") == "too_short");
  CHECK(refusal("tag:" + std::string(51, 'x')) == "too_long");
  CHECK(refusal(std::string(501, 'x')) == "too_long");
  std::string many;
  for (int i = 0; i < 33; ++i) many += "a ";
  CHECK(refusal(many) == "too_many_parts");
  CHECK(read(many.substr(2)).wanted.size() == 32);
  CHECK(read(std::string(500, 'x')).wanted.size() == 1);
}

TEST_CASE("a word is found whole, a prefix begins one, a run stands anywhere in one") {
  const auto note =
      note_of("Quarterly Budget", "회의록을 정리했다. foo, bar; 東京都 ラーメン", {"Follow Up"});
  const std::vector<std::pair<std::string, bool>> examples{
      {"budget", true},
      {"BUDGET quarterly", true},
      {"budg", false},
      {"budg*", true},
      {"udget", false},
      {"bu*", true},
      {"회의", true},
      {"의록", true},
      {"록을", true},
      {"회록", false},
      {"을", true},
      {"을 정", true},
      {"을정", false},
      {"\"을 정리\"", true},
      {"\"의 정리\"", false},
      {"京都", true},
      {"ーメ", true},
      {"ﾗｰﾒﾝ", true},
      {"\"foo bar\"", true},
      {"foo-bar", true},
      {"\"bar foo\"", false},
      {"bar foo", true},
      {"\"budget 회의\"", false},
      {"follow", true},
      {"tag:\"follow up\"", true},
      {"tag:follow", false},
      {"budget -foo", false},
      {"budget -fo", true},
      {"budget -tag:x", true},
      {"budget -tag:\"FOLLOW UP\"", false},
      {"budget missing", false},
  };
  for (const auto& [query, expected] : examples) {
    CAPTURE(query);
    CHECK(finds(query, note) == expected);
  }
}

TEST_CASE("a phrase stands in one place, not partly in the title and partly in the body") {
  CHECK(!finds("\"milk bread\"", note_of("milk", "bread")));
  CHECK(finds("milk bread", note_of("milk", "bread")));
}

TEST_CASE("what the index is asked for is what every note that matches has") {
  using Index = std::vector<IndexTerm>;
  CHECK(index_terms(read("milk budg*")) == Index{{"milk", false}, {"budg", true}});
  CHECK(index_terms(read("회의록을")) == Index{{"록을", false}, {"의록", false}, {"회의", false}});
  CHECK(index_terms(read("회")) == Index{{"회", true}});
  CHECK(index_terms(read("\"회 foo\"*")) == Index{{"foo", true}, {"회", true}});
  CHECK(index_terms(read("tag:a milk -x")) == Index{{"milk", false}, {"\uE000a", false}});
  const std::string long_word(40, 'x');
  CHECK(index_terms(read(long_word + "*")) == Index{{std::string(32, 'x'), false}});
  CHECK(index_terms(read(std::string(20, 'x') + "*")) == Index{{std::string(20, 'x'), true}});
}

}  // namespace
}  // namespace notes::domain
