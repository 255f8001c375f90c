#include "config/variables.hpp"

#include <doctest/doctest.h>

using namespace notes::config;

TEST_CASE("a .env file is NAME=value lines, with export, comments and quotes") {
  const auto dotenv = parse_dotenv(
      "\xEF\xBB\xBF# a comment\r\n"
      "PORT=8080\r\n"
      "\n"
      "export APP_ENV = production\n"
      "  INDENTED=  spaced out  # why\n"
      "HASH=a#b\n"
      "ONLY_COMMENT= # nothing\n"
      "EMPTY=\n"
      "SINGLE='$x \\n # \"'\n"
      "DOUBLE=\"a\\nb \\\"q\\\" \\$5 \\x # in\" # out\n"
      "EQUALS=a=b=c\n"
      "LAST=one",
      ".env");
  const std::vector<Assignment> expected{
      {"PORT", "8080", 2},           {"APP_ENV", "production", 4},
      {"INDENTED", "spaced out", 5}, {"HASH", "a#b", 6},
      {"ONLY_COMMENT", "", 7},       {"EMPTY", "", 8},
      {"SINGLE", "$x \\n # \"", 9},  {"DOUBLE", "a\nb \"q\" $5 \\x # in", 10},
      {"EQUALS", "a=b=c", 11},       {"LAST", "one", 12}};
  CHECK(dotenv.assignments == expected);
  CHECK(dotenv.problems.empty());
}

TEST_CASE("a .env file's broken lines are named without their values") {
  const auto dotenv = parse_dotenv(
      "just words\n"
      "1ST=secret\n"
      "A B=secret\n"
      "KEY='secret\n"
      "KEY=\"secret\n"
      "KEY='a' secret\n"
      "GOOD=1\n",
      "x/.env");
  const std::vector<std::string> expected{"x/.env:1: expected NAME=value, found no '='",
                                          "x/.env:2: expected a name of letters, digits and '_' "
                                          "before the '=', not starting with a digit",
                                          "x/.env:3: expected a name of letters, digits and '_' "
                                          "before the '=', not starting with a digit",
                                          "x/.env:4: KEY: the quote is not closed on its line",
                                          "x/.env:5: KEY: the quote is not closed on its line",
                                          "x/.env:6: KEY: there is text behind the closing quote"};
  CHECK(dotenv.problems == expected);
  CHECK(dotenv.assignments == std::vector<Assignment>{{"GOOD", "1", 7}});
}

TEST_CASE("the process's variables hold what the process was given") {
  ::setenv("NOTES_TEST_VARIABLE", "a=b", 1);
  const auto variables = process_variables();
  CHECK(value_of(variables, "NOTES_TEST_VARIABLE") == "a=b");
  CHECK(value_of(variables, "NOTES_TEST_NO_SUCH_VARIABLE").empty());
  ::unsetenv("NOTES_TEST_VARIABLE");
}
