#include "cron/zone.hpp"

#include <chrono>
#include <random>

#include <date/tz.h>
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "fires.hpp"

using namespace notes;
using namespace std::chrono_literals;
using cron::instant;
using cron::local_time;
using cron::Zone;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

TEST_CASE("local_time is RFC 3339 with the zone's offset") {
  CHECK(local_time(instant("2025-03-09T07:00:00Z"), "America/New_York") ==
        "2025-03-09T03:00:00-04:00");
  CHECK(local_time(instant("2025-03-09T06:59:59.25Z"), "America/New_York") ==
        "2025-03-09T01:59:59.250000-05:00");
  CHECK(local_time(instant("2025-01-01T00:00:00Z"), "UTC") == "2025-01-01T00:00:00+00:00");
  CHECK(local_time(instant("2025-01-01T00:00:00Z"), "Asia/Kolkata") == "2025-01-01T05:30:00+05:30");
  CHECK(local_time(instant("2025-04-05T15:00:00Z"), "Australia/Lord_Howe") ==
        "2025-04-06T01:30:00+10:30");
}

TEST_CASE("local mean time is cut to the minute, and still names the instant") {
  // New York before 18 November 1883: -4:56:02.
  const auto text = local_time(instant("1800-01-01T12:00:00Z"), "America/New_York");
  CHECK(text == "1800-01-01T07:04:00-04:56");
  CHECK(Timestamp::parse(text) == instant("1800-01-01T12:00:00Z"));
}

TEST_CASE("an unknown zone is named with the closest one") {
  CHECK_THROWS_WITH_AS(local_time(Timestamp(), "Europe/Berln"),
                       "time zone: 'Europe/Berln' is not in the system's time-zone database (did "
                       "you mean 'Europe/Berlin'?); expected a name like UTC or America/New_York",
                       Error);
}

TEST_CASE("an interval says since when and until when its offset holds") {
  const auto summer = Zone::find("America/New_York").at(sys_days(year(2025) / 7 / 1));
  CHECK(summer.begin == sys_days(year(2025) / 3 / 9) + 7h);
  CHECK(summer.end == sys_days(year(2025) / 11 / 2) + 6h);
  CHECK(summer.offset == -4h);
  const auto utc = Zone::find("UTC").at(sys_days(year(2025) / 7 / 1));
  CHECK(utc.begin == sys_seconds::min());
  CHECK(utc.end == sys_seconds::max());
  CHECK(utc.offset == 0s);
  CHECK(Zone::find("UTC").fixed());
  CHECK_FALSE(Zone::find("Asia/Seoul").fixed());
}

TEST_CASE("the file's rule continues its table for ever") {
  const struct {
    const char* zone;
    const char* instant;
    const char* local;
  } table[] = {
      // The second Sunday of March 2040 is the 11th, the first of November the 4th.
      {"America/New_York", "2040-03-11T06:59:59Z", "2040-03-11T01:59:59-05:00"},
      {"America/New_York", "2040-03-11T07:00:00Z", "2040-03-11T03:00:00-04:00"},
      {"America/New_York", "2040-11-04T05:59:59Z", "2040-11-04T01:59:59-04:00"},
      {"America/New_York", "2040-11-04T06:00:00Z", "2040-11-04T01:00:00-05:00"},
      // The year 9840 has the calendar of 2240, and that of 2040 with it: 1 March is a Thursday in
      // 2040, and 2240's a Sunday (200 years are 10435 weeks and 3 days): Sundays on 1 and 8.
      {"America/New_York", "9840-03-08T07:00:00Z", "9840-03-08T03:00:00-04:00"},
      {"America/Santiago", "2041-01-01T00:00:00Z", "2040-12-31T21:00:00-03:00"},
      {"Europe/Dublin", "2040-03-25T01:00:00Z", "2040-03-25T02:00:00+01:00"},
      {"America/Nuuk", "2045-03-26T00:59:59Z", "2045-03-25T22:59:59-02:00"},
      {"America/Nuuk", "2045-03-26T01:00:00Z", "2045-03-26T00:00:00-01:00"},
      {"Africa/Casablanca", "2200-07-01T00:00:00Z", "2200-07-01T01:00:00+01:00"},
      {"Asia/Seoul", "2200-07-01T00:00:00Z", "2200-07-01T09:00:00+09:00"},
  };
  for (const auto& row : table) {
    CAPTURE(row.zone);
    CAPTURE(row.instant);
    CHECK(local_time(instant(row.instant), row.zone) == row.local);
  }
  const auto far = Zone::find("America/New_York").at(sys_days(year(9840) / 7 / 1));
  CHECK(far.begin == sys_days(year(9840) / 3 / 8) + 7h);
  CHECK(far.end == sys_days(year(9840) / 11 / 1) + 6h);
}

TEST_CASE("every zone of the database has the offsets that the date package has") {
  std::mt19937_64 random(20'250'309);
  constexpr sys_seconds kFrom = sys_days(year(1850) / 1 / 1);
  constexpr sys_seconds kTo = sys_days(year(2037) / 1 / 1);
  for (const auto& source : date::get_tzdb().zones) {
    CAPTURE(source.name());
    const Zone zone(source.name());
    for (int n = 0; n < 20; ++n) {
      const auto at = kFrom + seconds(static_cast<std::int64_t>(
                                  random() % static_cast<std::uint64_t>((kTo - kFrom).count())));
      CHECK(zone.at(at).offset == source.get_info(at).offset);
    }
  }
}
