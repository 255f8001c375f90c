#include "cli/display.hpp"

#include <doctest/doctest.h>

using namespace notes::cli;

TEST_CASE("a text is as wide as a terminal shows it") {
  CHECK(display_width("") == 0);
  CHECK(display_width("note") == 4);
  CHECK(display_width("회의록") == 6);
  CHECK(display_width("漢字kana") == 8);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("a\xFF") == 2);
}

TEST_CASE("a text is cut between characters, never beyond the columns") {
  CHECK(fitted("note", 4) == "note");
  CHECK(fitted("notes", 4) == "not…");
  CHECK(fitted("회의록", 6) == "회의록");
  CHECK(fitted("회의록", 5) == "회의…");
  CHECK(fitted("회의록", 4) == "회…");
  CHECK(fitted("notes", 1) == "…");
  CHECK(fitted("notes", 0).empty());
}

TEST_CASE("what could drive a terminal is written as an escape") {
  CHECK(printable("회의 é", LineBreaks::escaped) == "회의 é");
  CHECK(printable("a\nb", LineBreaks::kept) == "a\nb");
  CHECK(printable("a\nb\tc", LineBreaks::escaped) == "a\\u000ab\\u0009c");
  CHECK(printable("\x1b[31m\u009b\x7f", LineBreaks::kept) == "\\u001b[31m\\u009b\\u007f");
  CHECK(printable("\u2028\xFFz", LineBreaks::kept) == "\\u2028\xEF\xBF\xBDz");
}
