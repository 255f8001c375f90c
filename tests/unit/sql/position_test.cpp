#include "sql/position.hpp"

#include <doctest/doctest.h>

using namespace notes::sql;

TEST_CASE("advance counts lines at LF, columns in code points and offsets in bytes") {
  CHECK(advance({}, "") == Position{0, 1, 1});
  CHECK(advance({}, "ab") == Position{2, 1, 3});
  CHECK(advance({}, "a\r\nb") == Position{4, 2, 2});
  CHECK(advance({}, "\xC3\xA9\xE2\x82\xAC") == Position{5, 1, 3});
  CHECK(advance(Position{10, 3, 5}, "x\ny") == Position{13, 4, 2});
}
