#include "migrate/line_diff.hpp"

#include <doctest/doctest.h>

using notes::migrate::line_diff;

TEST_CASE("a diff shows the lines between the first difference and the last") {
  CHECK(line_diff("a\nb\nc\n", "a\nb\nc\n") == "");
  CHECK(line_diff("a\nb\nc\n", "a\nX\nY\nc\n") == "  @@ line 2 @@\n  - b\n  + X\n  + Y\n");
  CHECK(line_diff("a\n", "a\nb\n") == "  @@ line 2 @@\n  + b\n");
  CHECK(line_diff("a\nb\n", "") == "  @@ line 1 @@\n  - a\n  - b\n");
}
