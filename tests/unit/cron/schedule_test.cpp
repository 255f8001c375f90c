#include "cron/schedule.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cron/zone.hpp"

using namespace notes;
using cron::Context;
using cron::DaylightSaving;
using cron::Schedule;

namespace {

using Times = std::vector<std::string>;

Timestamp at(std::string_view text) { return Timestamp::parse(text).value(); }

/// The first `count` fires after an instant, as local times.
Times fires(const Schedule& schedule, std::string_view after, std::size_t count) {
  Times times;
  Timestamp from = at(after);
  while (times.size() < count) {
    const auto fire = schedule.next(from);
    if (!fire) break;
    times.push_back(cron::local_time(fire->at, schedule.timezone()));
    from = fire->at;
  }
  return times;
}

Times fires(std::string_view expression, const std::string& timezone, std::string_view after,
            std::size_t count, DaylightSaving dst = DaylightSaving::vixie) {
  return fires(Schedule::parse(expression, {"job", timezone, dst}), after, count);
}

}  // namespace

TEST_CASE("a fixed time in a gap runs at the first instant after it, as in Debian's cron") {
  CHECK(fires("30 2 * * *", "America/New_York", "2025-03-08T12:00:00-05:00", 2) ==
        Times{"2025-03-09T03:00:00-04:00", "2025-03-10T02:30:00-04:00"});
  CHECK(fires("15 2 * * *", "Australia/Lord_Howe", "2025-10-04T12:00:00+10:30", 2) ==
        Times{"2025-10-05T02:30:00+11:00", "2025-10-06T02:15:00+11:00"});
}

TEST_CASE("a fixed time in an overlap runs at the first of the two") {
  CHECK(fires("30 1 * * *", "America/New_York", "2025-11-01T12:00:00-04:00", 2) ==
        Times{"2025-11-02T01:30:00-04:00", "2025-11-03T01:30:00-05:00"});
}

TEST_CASE("a schedule with a star in minute or hour follows real time") {
  CHECK(
      fires("0 * * * *", "America/New_York", "2025-11-02T00:30:00-04:00", 3) ==
      Times{"2025-11-02T01:00:00-04:00", "2025-11-02T01:00:00-05:00", "2025-11-02T02:00:00-05:00"});
  CHECK(fires("*/30 * * * *", "Australia/Lord_Howe", "2025-04-06T00:45:00+11:00", 4) ==
        Times{"2025-04-06T01:00:00+11:00", "2025-04-06T01:30:00+11:00", "2025-04-06T01:30:00+10:30",
              "2025-04-06T02:00:00+10:30"});
}

TEST_CASE("a zone without daylight saving runs every day") {
  CHECK(
      fires("30 2 * * *", "Asia/Seoul", "2025-03-08T00:00:00+09:00", 3) ==
      Times{"2025-03-08T02:30:00+09:00", "2025-03-09T02:30:00+09:00", "2025-03-10T02:30:00+09:00"});
}
