#include "base/timestamp.hpp"

#include <array>

#include <doctest/doctest.h>

using namespace notes;

namespace {

std::string round_trip(std::string_view text) {
  const auto timestamp = Timestamp::parse(text);
  return timestamp ? to_string(*timestamp) : "no moment";
}

}  // namespace

TEST_CASE("the examples of RFC 3339 section 5.8 are read") {
  CHECK(round_trip("1985-04-12T23:20:50.52Z") == "1985-04-12T23:20:50.520000Z");
  CHECK(round_trip("1996-12-19T16:39:57-08:00") == "1996-12-20T00:39:57.000000Z");
  CHECK(round_trip("1937-01-01T12:00:27.87+00:20") == "1937-01-01T11:40:27.870000Z");
}

TEST_CASE("what PostgreSQL and people write is read") {
  CHECK(round_trip("2026-11-21 11:30:00.123456+00") == "2026-11-21T11:30:00.123456Z");
  CHECK(round_trip("2026-11-21 17:00:00+05:30") == "2026-11-21T11:30:00.000000Z");
  CHECK(round_trip("2026-11-21t11:30:00z") == "2026-11-21T11:30:00.000000Z");
  CHECK(round_trip("2026-11-21T11:30:00.1234569Z") == "2026-11-21T11:30:00.123456Z");
  CHECK(round_trip("2024-02-29T00:00:00Z") == "2024-02-29T00:00:00.000000Z");
  CHECK(round_trip("0001-01-01T00:00:00Z") == "0001-01-01T00:00:00.000000Z");
  CHECK(round_trip("9999-12-31T23:59:59.999999Z") == "9999-12-31T23:59:59.999999Z");
}

TEST_CASE("a timestamp counts microseconds since 1970") {
  CHECK(Timestamp::parse("1970-01-01T00:00:00Z")->since_epoch().count() == 0);
  // 2001-09-09T01:46:40Z is the famous billionth second.
  CHECK(Timestamp::parse("2001-09-09T01:46:40.000001Z")->since_epoch().count() ==
        1'000'000'000'000'001);
  CHECK(Timestamp::parse("1969-12-31T23:59:59.999999Z")->since_epoch().count() == -1);
  CHECK(to_string(Timestamp(std::chrono::microseconds(-1))) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("what names no moment is not read") {
  for (const std::string text : {"",
                                 "2026-11-21",
                                 "2026-11-21T11:30Z",
                                 "2026-11-21T11:30:00",
                                 "2026-02-29T00:00:00Z",
                                 "2026-13-01T00:00:00Z",
                                 "2026-00-10T00:00:00Z",
                                 "2026-11-31T00:00:00Z",
                                 "2026-11-21T24:00:00Z",
                                 "2026-11-21T11:60:00Z",
                                 "2026-11-21T11:30:60Z",
                                 "2026-11-21T11:30:00.Z",
                                 "2026-11-21T11:30:00+24:00",
                                 "2026-11-21T11:30:00+05:60",
                                 "2026-11-21T11:30:00+5:00",
                                 "2026-11-21T11:30:00Z ",
                                 " 2026-11-21T11:30:00Z",
                                 "2026-11-21X11:30:00Z",
                                 "26-11-21T11:30:00Z",
                                 "-026-11-21T11:30:00Z",
                                 "2026/11/21T11:30:00Z",
                                 "0000-01-01T00:00:00Z",
                                 "0001-01-01T00:00:00+01:00",
                                 "9999-12-31T23:59:59-00:01"}) {
    CAPTURE(text);
    CHECK(round_trip(text) == "no moment");
  }
}

TEST_CASE("text order is time order") {
  const Timestamp early = *Timestamp::parse("2026-11-21T11:30:00.000009Z");
  const Timestamp late = early + std::chrono::microseconds(1);
  CHECK(early < late);
  CHECK(to_string(early) < to_string(late));
  CHECK(late - early == std::chrono::microseconds(1));
  CHECK(late - std::chrono::microseconds(1) == early);
  CHECK(to_string(early).size() == 27);
}
