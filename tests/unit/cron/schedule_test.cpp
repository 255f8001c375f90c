#include "cron/schedule.hpp"

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "cron/zone.hpp"
#include "fires.hpp"

using namespace notes;
using namespace std::chrono_literals;
using cron::DaylightSaving;
using cron::Fire;
using cron::instant;
using cron::Schedule;

namespace {

using Times = std::vector<std::string>;

/// The local times of the first fires after an instant.
Times times(std::string_view expression, const std::string& zone, std::string_view after,
            std::size_t count, DaylightSaving dst = DaylightSaving::vixie) {
  Times result;
  const auto schedule = Schedule::parse(expression, {"job", zone, dst});
  for (const auto& fire : fires_after(schedule, instant(after), count)) {
    result.push_back(cron::local_time(fire.at, zone));
  }
  return result;
}

std::string canonical(std::string_view expression, const std::string& zone = "America/New_York",
                      DaylightSaving dst = DaylightSaving::vixie) {
  return Schedule::parse(expression, {"job", zone, dst}).canonical();
}

constexpr auto kNewYork = "America/New_York";
constexpr auto kLordHowe = "Australia/Lord_Howe";

}  // namespace

TEST_CASE("vixie runs a fixed time of a gap at the first instant after it") {
  CHECK(times("30 2 * * *", kNewYork, "2025-03-08T12:00:00-05:00", 2) ==
        Times{"2025-03-09T03:00:00-04:00", "2025-03-10T02:30:00-04:00"});
  CHECK(times("15 2 * * *", kLordHowe, "2025-10-04T12:00:00+10:30", 2) ==
        Times{"2025-10-05T02:30:00+11:00", "2025-10-06T02:15:00+11:00"});
}

TEST_CASE("vixie makes one fire of all that one gap left out, named by the first") {
  const auto schedule = Schedule::parse("0,20,40 2,3 * * *", {"job", kNewYork});
  CHECK(fires_after(schedule, instant("2025-03-08T12:00:00-05:00"), 3) ==
        std::vector<Fire>{{instant("2025-03-09T03:00:00-04:00"), "2025-03-09T02:00:00", 0},
                          {instant("2025-03-09T03:20:00-04:00"), "2025-03-09T03:20:00", 0},
                          {instant("2025-03-09T03:40:00-04:00"), "2025-03-09T03:40:00", 0}});
}

TEST_CASE("vixie runs a fixed time of an overlap at the first of the two") {
  CHECK(times("30 1 * * *", kNewYork, "2025-11-01T12:00:00-04:00", 2) ==
        Times{"2025-11-02T01:30:00-04:00", "2025-11-03T01:30:00-05:00"});
  // From between the two as well.
  CHECK(times("30 1 * * *", kNewYork, "2025-11-02T01:10:00-05:00", 1) ==
        Times{"2025-11-03T01:30:00-05:00"});
}

TEST_CASE("vixie follows real time for a star in minute or hour") {
  const auto hourly = Schedule::parse("0 * * * *", {"job", kNewYork});
  CHECK(fires_after(hourly, instant("2025-11-02T00:30:00-04:00"), 3) ==
        std::vector<Fire>{{instant("2025-11-02T01:00:00-04:00"), "2025-11-02T01:00:00", 0},
                          {instant("2025-11-02T01:00:00-05:00"), "2025-11-02T01:00:00", 1},
                          {instant("2025-11-02T02:00:00-05:00"), "2025-11-02T02:00:00", 0}});
  CHECK(times("*/30 * * * *", kLordHowe, "2025-04-06T00:45:00+11:00", 4) ==
        Times{"2025-04-06T01:00:00+11:00", "2025-04-06T01:30:00+11:00", "2025-04-06T01:30:00+10:30",
              "2025-04-06T02:00:00+10:30"});
  CHECK(times("*/20 2 * * *", kNewYork, "2025-03-08T12:00:00-05:00", 1) ==
        Times{"2025-03-10T02:00:00-04:00"});
}

TEST_CASE("vixie takes a change of more than three hours for a new setting of the clock") {
  // Samoa had no 30 December 2011.
  CHECK(times("0 12 * * *", "Pacific/Apia", "2011-12-29T00:00:00-10:00", 2) ==
        Times{"2011-12-29T12:00:00-10:00", "2011-12-31T12:00:00+14:00"});
  // Casey went from 02:00 to 05:00: three hours are too many already, as for Debian's cron.
  CHECK(times("30 3 * * *", "Antarctica/Casey", "2009-10-17T12:00:00+08:00", 1) ==
        Times{"2009-10-19T03:30:00+11:00"});
  // Casey back from 02:00 to 23:00: three hours are an overlap, the second 23:30 is left out.
  CHECK(times("30 23 * * *", "Antarctica/Casey", "2010-03-04T12:00:00+11:00", 2) ==
        Times{"2010-03-04T23:30:00+11:00", "2010-03-05T23:30:00+08:00"});
  // Vostok back from midnight to 17:00: seven hours run again.
  const auto vostok = Schedule::parse("30 18 * * *", {"job", "Antarctica/Vostok"});
  CHECK(fires_after(vostok, instant("1994-01-31T12:00:00+07:00"), 2) ==
        std::vector<Fire>{{instant("1994-01-31T18:30:00+07:00"), "1994-01-31T18:30:00", 0},
                          {instant("1994-01-31T18:30:00Z"), "1994-01-31T18:30:00", 1}});
}

TEST_CASE("a clock that changes at midnight") {
  // Santiago: 24:00 on 6 September 2025 is 01:00 on the 7th; 24:00 on 5 April is 23:00.
  CHECK(times("0 0 * * *", "America/Santiago", "2025-09-06T12:00:00-04:00", 2) ==
        Times{"2025-09-07T01:00:00-03:00", "2025-09-08T00:00:00-03:00"});
  CHECK(times("30 23 * * *", "America/Santiago", "2025-04-05T12:00:00-03:00", 2) ==
        Times{"2025-04-05T23:30:00-03:00", "2025-04-06T23:30:00-04:00"});
  // The gap of a Sunday: what Sunday alone has is made up.
  CHECK(times("15 0 * * sun", "Asia/Beirut", "2025-03-29T12:00:00+02:00", 1) ==
        Times{"2025-03-30T01:00:00+03:00"});
  CHECK(times("0 0 25 4 *", "Africa/Cairo", "2025-04-01T00:00:00+02:00", 1) ==
        Times{"2025-04-25T01:00:00+03:00"});
}

TEST_CASE("zones without daylight saving, with a negative one, and with a month of it") {
  CHECK(
      times("30 2 * * *", "Asia/Seoul", "2025-03-08T00:00:00+09:00", 3) ==
      Times{"2025-03-08T02:30:00+09:00", "2025-03-09T02:30:00+09:00", "2025-03-10T02:30:00+09:00"});
  CHECK(times("30 1 * * *", "Europe/Dublin", "2025-03-29T12:00:00Z", 1) ==
        Times{"2025-03-30T02:00:00+01:00"});
  CHECK(times("30 2 * * *", "Africa/Casablanca", "2025-02-22T12:00:00+01:00", 2) ==
        Times{"2025-02-23T02:30:00+01:00", "2025-02-24T02:30:00+00:00"});
  CHECK(times("30 2 * * *", "Africa/Casablanca", "2025-04-05T12:00:00+00:00", 1) ==
        Times{"2025-04-06T03:00:00+01:00"});
}

TEST_CASE("the years after the time-zone database's table") {
  // 11 March 2040 is New York's second Sunday in March, 4 November its first in November.
  CHECK(times("30 2 * * *", kNewYork, "2040-03-10T12:00:00-05:00", 1) ==
        Times{"2040-03-11T03:00:00-04:00"});
  CHECK(times("30 1 * * *", kNewYork, "2040-11-03T12:00:00-04:00", 2) ==
        Times{"2040-11-04T01:30:00-04:00", "2040-11-05T01:30:00-05:00"});
}

TEST_CASE("skip runs each time of the clock at most once") {
  CHECK(times("30 2 * * *", kNewYork, "2025-03-08T12:00:00-05:00", 1, DaylightSaving::skip) ==
        Times{"2025-03-10T02:30:00-04:00"});
  CHECK(times("0 * * * *", kNewYork, "2025-11-02T00:30:00-04:00", 2, DaylightSaving::skip) ==
        Times{"2025-11-02T01:00:00-04:00", "2025-11-02T02:00:00-05:00"});
}

TEST_CASE("wall runs whenever the clock shows the time") {
  CHECK(times("30 2 * * *", kNewYork, "2025-03-08T12:00:00-05:00", 1, DaylightSaving::wall) ==
        Times{"2025-03-10T02:30:00-04:00"});
  CHECK(
      times("30 1 * * *", kNewYork, "2025-11-01T12:00:00-04:00", 3, DaylightSaving::wall) ==
      Times{"2025-11-02T01:30:00-04:00", "2025-11-02T01:30:00-05:00", "2025-11-03T01:30:00-05:00"});
}

TEST_CASE("utc reads the expression in UTC and shows the zone's time") {
  const auto schedule = Schedule::parse("30 2 * * *", {"job", kNewYork, DaylightSaving::utc});
  CHECK(fires_after(schedule, instant("2025-03-09T00:00:00Z"), 1) ==
        std::vector<Fire>{{instant("2025-03-09T02:30:00Z"), "2025-03-09T02:30:00", 0}});
  CHECK(schedule.timezone() == kNewYork);
  CHECK(times("30 2 * * *", kNewYork, "2025-03-09T00:00:00Z", 2, DaylightSaving::utc) ==
        Times{"2025-03-08T21:30:00-05:00", "2025-03-09T22:30:00-04:00"});
}

TEST_CASE("seconds follow the rule of minute and hour") {
  // Fixed: the gap's seconds become one fire.
  CHECK(times("*/30 59 2 * * *", kNewYork, "2025-03-08T12:00:00-05:00", 2) ==
        Times{"2025-03-09T03:00:00-04:00", "2025-03-10T02:59:00-04:00"});
  // A star in the minute: real time.
  CHECK(times("59 */30 * * * *", kNewYork, "2025-11-02T01:40:00-04:00", 2) ==
        Times{"2025-11-02T01:00:59-05:00", "2025-11-02T01:30:59-05:00"});
}

TEST_CASE("next is later than the instant it is asked for, by the microsecond") {
  const auto schedule = Schedule::parse("30 1 * * *", {"job"});
  const Timestamp at = instant("2025-06-01T01:30:00Z");
  CHECK(schedule.next(at - 1us)->at == at);
  CHECK(schedule.next(at)->at == at + 24h);
  CHECK(schedule.next(at + 1us)->at == at + 24h);
  // At the end of a gap as well.
  const auto in_gap = Schedule::parse("30 2 * * *", {"job", kNewYork});
  const Timestamp landing = instant("2025-03-09T03:00:00-04:00");
  CHECK(in_gap.next(landing - 1us)->at == landing);
  CHECK(in_gap.next(landing)->at == instant("2025-03-10T02:30:00-04:00"));
}

TEST_CASE("rare dates are found, and what never comes again has no fire") {
  CHECK(times("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", 1) ==
        Times{"2104-02-29T00:00:00+00:00"});
  // A 29 February on a Sunday; '*' in front joins the two days by AND. 2100 is no leap year: 40
  // years.
  CHECK(times("0 0 29 2 */7", "UTC", "2088-03-01T00:00:00Z", 1) ==
        Times{"2128-02-29T00:00:00+00:00"});
  // 02:30 on the second Sunday of March: always in New York's gap.
  const auto never = Schedule::parse("30 2 * 3 sun#2", {"job", kNewYork, DaylightSaving::skip});
  CHECK(never.next(instant("2025-01-01T00:00:00Z")) == std::nullopt);
  CHECK(times("0 0 1 1 *", "UTC", "9998-06-01T00:00:00Z", 3) == Times{"9999-01-01T00:00:00+00:00"});
  CHECK(times("0 0 1 1 *", "UTC", "0001-01-01T00:00:00Z", 1) == Times{"0002-01-01T00:00:00+00:00"});
}

TEST_CASE("an interval fires at its multiples since 1970") {
  const auto quarter = Schedule::every(15min);
  CHECK(fires_after(quarter, instant("2025-01-01T00:07:30Z"), 2) ==
        std::vector<Fire>{{instant("2025-01-01T00:15:00Z"), "2025-01-01T00:15:00", 0},
                          {instant("2025-01-01T00:30:00Z"), "2025-01-01T00:30:00", 0}});
  CHECK(fires_after(Schedule::every(1500ms), instant("1970-01-01T00:00:00Z"), 2) ==
        std::vector<Fire>{{instant("1970-01-01T00:00:01.5Z"), "1970-01-01T00:00:01.500", 0},
                          {instant("1970-01-01T00:00:03Z"), "1970-01-01T00:00:03", 0}});
  // Before 1970 the multiples are negative.
  CHECK(Schedule::every(1h).next(instant("1969-12-31T22:30:00Z"))->at ==
        instant("1969-12-31T23:00:00Z"));
  CHECK(Schedule::every(1h).next(instant("1969-12-31T23:00:00Z"))->at ==
        instant("1970-01-01T00:00:00Z"));
  const auto parsed = Schedule::parse("CRON_TZ=Asia/Seoul @every 1h30m", {"job"});
  CHECK(parsed.interval() == 90min);
  CHECK(parsed.timezone() == "Asia/Seoul");
  CHECK_THROWS_WITH_AS(Schedule::every(999ms), "every: expected at least 1s, got '999ms'", Error);
}

TEST_CASE("a zone in front of the expression wins over the context's") {
  for (const std::string prefix : {"CRON_TZ=Asia/Seoul ", "TZ=Asia/Seoul\t"}) {
    const auto schedule = Schedule::parse(prefix + "0 5 * * *", {"job", kNewYork});
    CHECK(schedule.timezone() == "Asia/Seoul");
    CHECK(schedule.next(instant("2025-01-01T00:00:00Z"))->at == instant("2025-01-01T20:00:00Z"));
  }
}

TEST_CASE("the canonical text differs exactly when the fires may differ") {
  const std::string base = canonical("0,30 3 * * 1-5");
  CHECK(base == "0 0,30 3 * * 1-5 both America/New_York vixie");
  // The same fires, written otherwise.
  CHECK(canonical("  30,0  03 ? JAN-dec mon,tue-fri ") == base);
  CHECK(canonical("0 0/30 3 * * 1-5") == base);
  CHECK(canonical("0 0 1-31 * mon") == canonical("0 0 * * *"));
  CHECK(canonical("@daily") == canonical("0 0 * * *"));
  CHECK(canonical("0 0 * * 7") == canonical("0 0 * * sun"));
  // Others: zone, policy, hash of the name, and a star that changes what a gap does.
  CHECK(canonical("0,30 3 * * 1-5", "Asia/Seoul") != base);
  CHECK(canonical("0,30 3 * * 1-5", kNewYork, DaylightSaving::skip) != base);
  CHECK(canonical("*/30 3 * * 1-5") == base + " real-time");
  CHECK(canonical("0 0 1 * 1") != canonical("0 0 */31 * 1"));
  CHECK(Schedule::parse("H H * * *", {"a"}).canonical() !=
        Schedule::parse("H H * * *", {"b"}).canonical());
  // What a policy cannot change is left out.
  CHECK(canonical("*/30 3 * * *", "UTC", DaylightSaving::wall) == canonical("0,30 3 * * *", "UTC"));
  CHECK(canonical("0 3 * * *", kNewYork, DaylightSaving::utc) == canonical("0 3 * * *", "UTC"));
  CHECK(Schedule::every(90min).canonical() == "every 1h30m");
  CHECK(canonical("0 0 L,L-2,15W,LW * ?") == "0 0 0 L-0,2,W15,LW * * both America/New_York vixie");
  CHECK(canonical("0 0 * * 1#1,1#3,5L,2") ==
        "0 0 0 * * 2,#1:1,#3:1,L:5 both America/New_York vixie");
}

TEST_CASE("many threads read a zone at once and ask one schedule") {
  const auto shared = Schedule::parse("30 2 * * *", {"job", kNewYork});
  std::array<std::string, 8> answers;
  {
    std::vector<std::jthread> threads;
    for (auto& answer : answers) {
      threads.emplace_back([&] {
        const auto own = Schedule::parse("15 0 * * *", {"job", "Asia/Kathmandu"});
        const Timestamp from = instant("2025-03-08T12:00:00Z");
        answer = shared.next(from)->nominal + " " + own.next(from)->nominal;
      });
    }
  }
  for (const auto& answer : answers) CHECK(answer == "2025-03-09T02:30:00 2025-03-09T00:15:00");
}

TEST_CASE("a schedule is small enough for ten thousand of them") { CHECK(sizeof(Schedule) <= 256); }
