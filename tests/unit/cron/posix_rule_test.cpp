#include "cron/posix_rule.hpp"

#include <string_view>

#include <doctest/doctest.h>

using namespace std::chrono;
using namespace std::chrono_literals;
using notes::cron::PosixRule;

namespace {

sys_seconds utc(year_month_day date, seconds time) { return sys_days(date) + time; }

}  // namespace

TEST_CASE("a rule of the northern summer") {
  // New York 2040: 11 March 02:00-05:00 and 4 November 02:00-04:00.
  const auto changes = PosixRule::parse("EST5EDT,M3.2.0,M11.1.0")->changes(2040y);
  CHECK(changes[0].at == utc(2040y / 3 / 11, 7h));
  CHECK(changes[0].offset == -4h);
  CHECK(changes[1].at == utc(2040y / 11 / 4, 6h));
  CHECK(changes[1].offset == -5h);
}

TEST_CASE("a rule of the southern summer, with names in brackets, half hours and a given saving") {
  // Lord Howe 2040: 1 April 02:00+11 back by half an hour, 7 October 02:00+10:30 forward.
  const auto changes = PosixRule::parse("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0")->changes(2040y);
  CHECK(changes[0].at == utc(2040y / 3 / 31, 15h));
  CHECK(changes[0].offset == 10h + 30min);
  CHECK(changes[1].at == utc(2040y / 10 / 6, 15h + 30min));
  CHECK(changes[1].offset == 11h);
}

TEST_CASE("hours before midnight and after 24:00") {
  // Nuuk 2045: an hour before 26 March, the last Sunday.
  const auto nuuk = PosixRule::parse("<-02>2<-01>,M3.5.0/-1,M10.5.0/0")->changes(2045y);
  CHECK(nuuk[0].at == utc(2045y / 3 / 26, 1h));
  CHECK(nuuk[1].at == utc(2045y / 10 / 29, 1h));
  // Hebron 2045: 50 hours after the start of the fourth Thursday of March, the 23rd.
  const auto hebron = PosixRule::parse("EET-2EEST,M3.4.4/50,M10.4.4/50")->changes(2045y);
  CHECK(hebron[0].at == utc(2045y / 3 / 25, 0h));
}

TEST_CASE("daylight saving that is behind the standard time") {
  // Dublin: Irish Standard Time in summer, GMT counts as its negative saving.
  const auto changes = PosixRule::parse("IST-1GMT0,M10.5.0,M3.5.0/1")->changes(2040y);
  CHECK(changes[0].at == utc(2040y / 3 / 25, 1h));
  CHECK(changes[0].offset == 1h);
  CHECK(changes[1].at == utc(2040y / 10 / 28, 1h));
  CHECK(changes[1].offset == 0h);
}

TEST_CASE("days of the year, with and without 29 February") {
  const auto julian = PosixRule::parse("AAA0BBB,J60/0,J365/0");
  CHECK(julian->changes(2023y)[0].at == utc(2023y / 3 / 1, 0h));
  CHECK(julian->changes(2024y)[0].at == utc(2024y / 3 / 1, 0h));
  CHECK(julian->changes(2024y)[1].at == utc(2024y / 12 / 30, 23h));
  const auto counted = PosixRule::parse("AAA0BBB,59/0:00:30,364/0");
  CHECK(counted->changes(2023y)[0].at == utc(2023y / 3 / 1, 30s));
  CHECK(counted->changes(2024y)[0].at == utc(2024y / 2 / 29, 30s));
}

TEST_CASE("text without daylight saving, or that is no rule, is none") {
  for (const std::string_view text :
       {"", "UTC0", "KST-9", "<+0330>-3:30", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M3.2.0,M11.1.0,",
        "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J,M11.1.0", "EST5EDT,366,M11.1.0", "E5EDT,M3.2.0,M11.1.0",
        "<EST5EDT,M3.2.0,M11.1.0", "EST5EDT,M3.2.0/x,M11.1.0", "EST:EDT,M3.2.0,M11.1.0"}) {
    CAPTURE(text);
    CHECK_FALSE(PosixRule::parse(text).has_value());
  }
}
