#include "cli/table.hpp"

#include <doctest/doctest.h>

using namespace notes::cli;

TEST_CASE("a table aligns its columns by what a terminal shows") {
  Table table({"NAME", "VALUE"});
  table.add({"회의록", "1"});
  table.add({"a", "two words", "extra"});
  table.add({"only"});
  CHECK(table.text() ==
        "NAME    VALUE\n"
        "회의록  1\n"
        "a       two words  extra\n"
        "only\n");
}

TEST_CASE("a cell cannot break its line") {
  Table table;
  table.add({"a\nb\x1b[2J", "c"});
  CHECK(table.text() == "a\\u000ab\\u001b[2J  c\n");
}

TEST_CASE("a table of nothing is no text") { CHECK(Table().text().empty()); }
