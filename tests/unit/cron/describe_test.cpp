#include "cron/describe.hpp"

#include <array>
#include <string_view>

#include <doctest/doctest.h>

using namespace notes;
using namespace std::chrono_literals;
using cron::describe;
using cron::Schedule;

TEST_CASE("schedules in English") {
  const struct {
    std::string_view expression;
    std::string_view english;
  } table[] = {
      {"15 3 * * *", "At 03:15, every day"},
      {"* * * * *", "Every minute"},
      {"* * * * * *", "Every second"},
      {"*/10 * * * * *", "Every 10 seconds"},
      {"30 * * * * *", "At second 30 of every minute"},
      {"*/15 * * * *", "Every 15 minutes"},
      {"0 * * * *", "At minute 0 of every hour"},
      {"5,35 * * * *", "At minutes 5 and 35 of every hour"},
      {"*/7 9-17 * * 1-5",
       "At minutes 0 to 56 in steps of 7 of hours 9 to 17, on Monday to Friday"},
      {"*/15 9-17 * * *", "Every 15 minutes of hours 9 to 17"},
      {"* 3 * * *", "Every minute of hour 3"},
      {"10 */2 * * *", "At minute 10 of every 2 hours from 0, every day"},
      {"0 9,21 * * *", "At 09:00 and 21:00, every day"},
      {"30 0 9 * * *", "At 09:00:30, every day"},
      {"0 22-2 * * sat", "At 00:00, 01:00, 02:00, 22:00 and 23:00, on Saturday"},
      {"0 0 1,15 * *", "At 00:00, on days 1 and 15 of the month"},
      {"0 0 1 * fri", "At 00:00, on day 1 of the month and on Friday"},
      {"0 0 1-7 * */7", "At 00:00, on days 1 to 7 of the month, but only on Sunday"},
      {"0 0 * 6-8,12 *", "At 00:00, every day in June to August and December"},
      {"0 * * 3 *", "At minute 0 of every hour, every day in March"},
      {"0 0 29 2 *", "At 00:00, on day 29 of the month in February"},
      {"0 0 L * *", "At 00:00, on the last day of the month"},
      {"0 0 L-1,L-4 * *", "At 00:00, on the day before the last and the 5th last day of the month"},
      {"0 0 15W,LW * *",
       "At 00:00, on the working day nearest to day 15 and the last working day of the month"},
      {"0 9 * * fri#2", "At 09:00, on the second Friday of the month"},
      {"0 9 * * 1,5L", "At 09:00, on Monday and the last Friday of the month"},
      {"@yearly", "At 00:00, on day 1 of the month in January"},
      {"@every 90m", "Every 1h30m"},
  };
  for (const auto& row : table) {
    CAPTURE(row.expression);
    CHECK(describe(Schedule::parse(row.expression, {"job"})) == row.english);
  }
}

TEST_CASE("times read in UTC say so") {
  CHECK(
      describe(Schedule::parse("15 3 * * mon", {"job", "Asia/Seoul", cron::DaylightSaving::utc})) ==
      "At 03:15 UTC, on Monday");
}

TEST_CASE("values in words") {
  constexpr std::array<std::string_view, 3> kNames{"one", "two", "three"};
  CHECK(cron::values_in_words(0b1) == "0");
  CHECK(cron::values_in_words(0b11) == "0 and 1");
  CHECK(cron::values_in_words(0b101011) == "0, 1, 3 and 5");
  CHECK(cron::values_in_words(0b1011110) == "1 to 4 and 6");
  CHECK(cron::values_in_words(0b1010101) == "0 to 6 in steps of 2");
  CHECK(cron::values_in_words(0b1110, kNames, 1) == "one to three");
}
