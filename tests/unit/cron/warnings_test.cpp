#include "cron/warnings.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fires.hpp"

using namespace notes;
using namespace std::chrono_literals;
using cron::DaylightSaving;
using cron::instant;
using cron::Schedule;

namespace {

using Texts = std::vector<std::string>;

Texts warnings_of(std::string_view expression, const std::string& zone = "UTC",
                  DaylightSaving dst = DaylightSaving::vixie) {
  return cron::warnings(Schedule::parse(expression, {"job", zone, dst}),
                        instant("2025-01-15T00:00:00Z"));
}

constexpr auto kNewYork = "America/New_York";

}  // namespace

TEST_CASE("an ordinary schedule has no warnings") {
  CHECK(warnings_of("15 3 * * *") == Texts{});
  CHECK(warnings_of("15 3 * * *", "Asia/Seoul") == Texts{});
  CHECK(warnings_of("15 3 * * *", kNewYork) == Texts{});
  CHECK(warnings_of("*/15 * * * *", kNewYork) == Texts{});
  CHECK(warnings_of("0 */6 L * *") == Texts{});
  CHECK(warnings_of("30 2 * * *", kNewYork, DaylightSaving::utc) == Texts{});
  CHECK(warnings_of("@every 7m") == Texts{});
}

TEST_CASE("two restricted days are explained") {
  CHECK(warnings_of("0 0 13 * 5") ==
        Texts{"day of month and day of week are both restricted: it runs on a day that either of "
              "them names, not only on those that both name; begin one of the two with '*' for "
              "both"});
  CHECK(
      warnings_of("0 0 1-7 * */7") ==
      Texts{"day of month and day of week are both restricted and one of them begins with '*': "
            "it runs only on the days that both name",
            "day of week: a step of 7 is not shorter than the range of 7: only its first value is "
            "left"});
}

TEST_CASE("a step that does not divide its range is named") {
  CHECK(warnings_of("*/7 * * * *") ==
        Texts{"minute: a step of 7 does not divide 60: the last step before the range begins again "
              "is 4"});
  CHECK(warnings_of("0 */5 * * *") ==
        Texts{"hour: a step of 5 does not divide 24: the last step before the range begins again "
              "is 4"});
  CHECK(warnings_of("0 0 */2 * *") ==
        Texts{"day of month: a step of 2 does not divide 31: the last step before the range begins "
              "again is of another length"});
  CHECK(warnings_of("*/90 * * * *") ==
        Texts{"minute: a step of 90 is not shorter than the range of 60: only its first value is "
              "left"});
}

TEST_CASE("a star before a fixed hour or minute is named") {
  CHECK(warnings_of("* 3 * * *") ==
        Texts{"minute is '*' and hour is not: it runs 60 times in hour 3; write 0 for the minute "
              "to run once"});
  CHECK(warnings_of("* 0 * * * *") ==
        Texts{"second is '*' and minute is not: it runs 60 times in such a minute; write 0 for the "
              "second to run once"});
}

TEST_CASE("dates that some months lack are named") {
  CHECK(warnings_of("0 0 31 * *") ==
        Texts{"day 31 does not come in 5 of the 12 months it is asked of: those are left out; L is "
              "the last day of every month"});
  CHECK(warnings_of("0 0 30 1-3 *") ==
        Texts{"day 30 does not come in 1 of the 3 months it is asked of: those are left out; L is "
              "the last day of every month"});
  CHECK(warnings_of("0 0 31 1,3 *") == Texts{});
  CHECK(warnings_of("0 0 29 2 *") == Texts{"29 February comes in leap years only"});
  CHECK(warnings_of("0 0 * * 5#5") ==
        Texts{"not every month has a fifth weekday of a kind (#5): those without are left out; L "
              "behind the weekday is its last one"});
}

TEST_CASE("a time in a gap is named with its date and what the policy does") {
  const std::string when =
      "2025-03-09T02:30 does not exist in America/New_York (the clock goes from 02:00 to 03:00): ";
  CHECK(warnings_of("30 2 * * *", kNewYork) ==
        Texts{when + "dst: vixie runs it at 2025-03-09T03:00:00-04:00"});
  CHECK(warnings_of("30 2 * * *", kNewYork, DaylightSaving::skip) ==
        Texts{when + "dst: skip leaves it out"});
  CHECK(warnings_of("30 2 * * *", kNewYork, DaylightSaving::wall) ==
        Texts{when + "dst: wall leaves it out"});
  CHECK(warnings_of("*/30 2 * * *", kNewYork) ==
        Texts{"2025-03-09T02:00 does not exist in America/New_York (the clock goes from 02:00 to "
              "03:00): dst: vixie, for a minute or hour that begins with '*', leaves it out"});
  // A weekday that has no change soon: the first Sunday of April is not one.
  CHECK(warnings_of("30 2 * 4 sun#1", kNewYork) == Texts{});
}

TEST_CASE("a time that comes twice is named with its date and what the policy does") {
  const std::string when =
      "2025-11-02T01:30 comes twice in America/New_York (the clock goes back from 02:00 to "
      "01:00): ";
  CHECK(warnings_of("30 1 * * *", kNewYork) ==
        Texts{when + "dst: vixie runs it once, at 2025-11-02T01:30:00-04:00"});
  CHECK(warnings_of("30 1 * * *", kNewYork, DaylightSaving::wall) ==
        Texts{when + "dst: wall runs it both times"});
  CHECK(warnings_of("0 * * * *", kNewYork, DaylightSaving::skip).size() == 2);
}

TEST_CASE("a schedule that the clock always leaves out is named") {
  const auto texts = warnings_of("30 2 * 3 sun#2", kNewYork, DaylightSaving::skip);
  REQUIRE(texts.size() == 2);
  CHECK(texts[1] ==
        "it does not run within a century after 2025-01-14T19:00:00-05:00: every time it names is "
        "one that the clock in America/New_York leaves out");
}
