#include "base/duration.hpp"

#include <array>

#include <doctest/doctest.h>

using namespace notes;
using namespace std::chrono_literals;

TEST_CASE("a duration is numbers with units, largest first") {
  struct Case {
    const char* text;
    std::chrono::milliseconds value;
  };
  constexpr std::array kCases{Case{"0", 0ms},
                              Case{"0s", 0ms},
                              Case{"250ms", 250ms},
                              Case{"30s", 30s},
                              Case{"10m", 10min},
                              Case{"1h30m", 90min},
                              Case{"30d", 720h},
                              Case{"1w", 168h},
                              Case{"1w1d1h1m1s1ms", 694'861'001ms},
                              Case{"90m", 90min},
                              Case{"106751d", 2'562'024h}};
  for (const auto& [text, value] : kCases) {
    CAPTURE(text);
    CHECK(parse_duration(text) == value);
  }
}

TEST_CASE("anything else is no duration") {
  for (const std::string text : {"",
                                 "1",
                                 "30",
                                 "s",
                                 "-1s",
                                 "+1s",
                                 "1 s",
                                 " 1s",
                                 "1s ",
                                 "1.5h",
                                 "1m1h",
                                 "1s1s",
                                 "1ms1s",
                                 "1x",
                                 "1S",
                                 "1hh",
                                 "9223372036854775807w",
                                 "99999999999999999999s",
                                 "1s-1ms",
                                 "0x1s"}) {
    CAPTURE(text);
    CHECK(parse_duration(text) == std::nullopt);
  }
}

TEST_CASE("a duration is written in the shortest form that reads back") {
  CHECK(format_duration(0ms) == "0s");
  CHECK(format_duration(250ms) == "250ms");
  CHECK(format_duration(75s) == "1m15s");
  CHECK(format_duration(90min) == "1h30m");
  CHECK(format_duration(720h) == "4w2d");
  CHECK(format_duration(694'861'001ms) == "1w1d1h1m1s1ms");
}
