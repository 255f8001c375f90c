#include <doctest/doctest.h>

#include "sql/statement.hpp"

using namespace notes::sql;

namespace {

std::vector<std::string> words(std::string_view text, Syntax syntax) {
  std::vector<std::string> result;
  for (const auto& token : tokens(text, syntax)) result.emplace_back(token.text);
  return result;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("tokens leave out comments and white space and nothing else") {
  const Words expected{"SELECT", "'a -- b'", ",", "x", ">=", "1.5", ";"};
  for (const auto syntax : {Syntax::postgresql, Syntax::sqlite}) {
    CHECK(words("SELECT 'a -- b',x>=1.5;", syntax) == expected);
    CHECK(words("SELECT -- all\r\n'a -- b'\t, /* two */ x >= 1.5 ;", syntax) == expected);
  }
}

TEST_CASE("PostgreSQL comments nest and a dollar-quoted body is one token") {
  CHECK(words("/* a /* b */ c */ SELECT $x$ -- ; $$ $x$", Syntax::postgresql) ==
        Words{"SELECT", "$x$ -- ; $$ $x$"});
}

TEST_CASE("SQLite comments do not nest, and the end of the text closes one") {
  CHECK(words("/* a /* b */ c */ 1 /* open", Syntax::sqlite) == Words{"c", "*", "/", "1"});
}

TEST_CASE(
    "SQLite's four ways to quote, blobs, variables, numbers and operators are single tokens") {
  CHECK(words("'it''s' \"a\"\"b\" `c``d` [e]f] x'0F' ?1 :name @name $name 1e-5 0x1F .5 a->>'$.b' "
              "c||d<>e",
              Syntax::sqlite) == Words{"'it''s'", "\"a\"\"b\"", "`c``d`", "[e]",   "f",     "]",
                                       "x'0F'",   "?1",         ":name",  "@name", "$name", "1e-5",
                                       "0x1F",    ".",          "5",      "a",     "->>",   "'$.b'",
                                       "c",       "||",         "d",      "<>",    "e"});
}

TEST_CASE("tokens carry their byte offsets") {
  const auto found = tokens("\xC3\xA9 = 1", Syntax::sqlite);
  REQUIRE(found.size() == 3);
  CHECK(found[1].offset == 3);
  CHECK(found[2].offset == 5);
}

TEST_CASE("an unterminated literal is an error at its opening quote") {
  for (const auto syntax : {Syntax::postgresql, Syntax::sqlite}) {
    try {
      tokens("SELECT 1,\n  'open", syntax);
      FAIL("no SyntaxError");
    } catch (const SyntaxError& error) {
      CHECK(error.position().line == 2);
      CHECK(error.position().column == 3);
    }
  }
}
