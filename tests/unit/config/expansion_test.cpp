#include "config/expansion.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace notes;
using namespace notes::config;

TEST_CASE("variables stand for their values, once") {
  const Variables variables{{"NAME", "kim"}, {"EMPTY", ""}, {"NESTED", "${NAME}"}};
  CHECK(expand("", variables).empty());
  CHECK(expand("no reference, $NAME, $, {}", variables) == "no reference, $NAME, $, {}");
  CHECK(expand("${NAME}", variables) == "kim");
  CHECK(expand("<${NAME}|${NAME}>", variables) == "<kim|kim>");
  CHECK(expand("${EMPTY}", variables).empty());
  CHECK(expand("${EMPTY:-none}", variables) == "none");
  CHECK(expand("${MISSING:-a:-b}", variables) == "a:-b");
  CHECK(expand("${MISSING:-}", variables).empty());
  CHECK(expand("${NESTED}", variables) == "${NAME}");
  CHECK(expand("$${NAME} ${NAME}", variables) == "${NAME} kim");
}

TEST_CASE("a variable that is not set, and a brace that is not closed, are refused by name") {
  CHECK_THROWS_WITH_AS(
      expand("x ${MISSING}", {}),
      "${MISSING} is not set in the environment; set it, or write ${MISSING:-default}", Error);
  CHECK_THROWS_WITH_AS(expand("x ${MISSING", {}),
                       R"("${" has no "}"; close it, or write "$${" for the characters themselves)",
                       Error);
}

TEST_CASE("the variables that are not set are named, in their order") {
  const Variables variables{{"SET", "x"}, {"EMPTY", ""}};
  CHECK(unset_variables("${B}${SET}${EMPTY}$${C}${D:-d}${A}", variables) ==
        std::vector<std::string>{"B", "A"});
}
