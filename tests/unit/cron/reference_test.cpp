// next() against a reference that knows no sets and jumps nowhere: it walks through time unit by
// unit, asks for each local time whether the items of the fields name it, and treats changes of the
// clock as the main loop of Debian's cron does (cron.c of cron 3.0pl1-162: virtualTime,
// timeRunning, wakeupKind).
#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include <date/tz.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/error.hpp"
#include "cron/schedule.hpp"
#include "cron/zone.hpp"
#include "fires.hpp"

using namespace notes;
using namespace std::chrono_literals;
using cron::DaylightSaving;
using cron::instant;
using cron::Schedule;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

using Random = std::mt19937_64;

int pick(Random& random, int low, int high) {
  return low + static_cast<int>(random() % static_cast<std::uint64_t>(high - low + 1));
}

enum class Kind { range, last, nearest, last_weekday, nth, last_of_kind };

/// One item of a field: a range with a step, or one of the special days.
struct Item {
  Kind kind = Kind::range;
  int a = 0;
  int b = 0;  // the range's end, or the n of L-n and #n
  int step = 1;
};

struct Field {
  int low = 0;
  int high = 0;
  bool star = false;
  std::string text;
  std::vector<Item> items;
};

struct Expression {
  std::array<Field, 6> fields;  // in the order of the text, seconds first

  std::string text() const {
    std::string result;
    for (const auto& field : fields) result += (result.empty() ? "" : " ") + field.text;
    return result;
  }
  bool follows_real_time() const { return fields[1].star || fields[2].star; }
};

/// "*", "*/n", "a", "a-b", "a-b/n" or "a/n", wrapping or not.
void add_range(Random& random, Field& field) {
  Item item{Kind::range, pick(random, field.low, field.high), field.high, 1};
  std::string text = std::to_string(item.a);
  switch (pick(random, 0, 4)) {
    case 0:
      item.step = pick(random, 1, (field.high - field.low) / 2 + 1);
      text += fmt::format("/{}", item.step);
      break;
    case 1:
      item.b = pick(random, field.low, field.high);
      item.step = pick(random, 1, 4);
      text += fmt::format("-{}/{}", item.b, item.step);
      break;
    case 2:
      item.b = pick(random, field.low, field.high);
      text += fmt::format("-{}", item.b);
      break;
    default:
      item.b = item.a;
      break;
  }
  field.text += (field.text.empty() ? "" : ",") + text;
  field.items.push_back(item);
}

Field random_field(Random& random, int low, int high, int stars_in_ten) {
  Field field{low, high, pick(random, 1, 10) <= stars_in_ten, "", {}};
  if (field.star) {
    const int step = pick(random, 0, 2) == 0 ? pick(random, 2, (high - low) / 2) : 1;
    field.text = step == 1 ? "*" : fmt::format("*/{}", step);
    field.items.push_back({Kind::range, low, high, step});
  }
  const int more = field.star ? pick(random, 0, 5) / 5 : pick(random, 1, 3);
  for (int n = 0; n < more; ++n) add_range(random, field);
  return field;
}

void add_special_day(Random& random, Field& field) {
  const int n = pick(random, 0, 5);
  const int day = pick(random, 1, 31);
  const std::array<std::pair<std::string, Item>, 3> choices{
      {{n == 0 ? "L" : fmt::format("L-{}", n), {Kind::last, 0, n, 1}},
       {fmt::format("{}W", day), {Kind::nearest, day, 0, 1}},
       {"LW", {Kind::last_weekday, 0, 0, 1}}}};
  const auto& [text, item] = choices[static_cast<std::size_t>(pick(random, 0, 2))];
  field.text += "," + text;
  field.items.push_back(item);
}

void add_special_weekday(Random& random, Field& field) {
  const int weekday = pick(random, 0, 6);
  const int n = pick(random, 1, 5);
  const bool nth = pick(random, 0, 1) == 0;
  field.text += nth ? fmt::format(",{}#{}", weekday, n) : fmt::format(",{}L", weekday);
  field.items.push_back({nth ? Kind::nth : Kind::last_of_kind, weekday, n, 1});
}

Expression random_expression(Random& random, bool with_seconds) {
  Expression result;
  result.fields = {random_field(random, 0, 59, 3), random_field(random, 0, 59, 3),
                   random_field(random, 0, 23, 4), random_field(random, 1, 31, 8),
                   random_field(random, 1, 12, 9), random_field(random, 0, 6, 7)};
  if (!with_seconds) result.fields[0] = {0, 59, false, "0", {{}}};
  if (pick(random, 0, 3) == 0) add_special_day(random, result.fields[3]);
  if (pick(random, 0, 3) == 0) add_special_weekday(random, result.fields[5]);
  return result;
}

struct Day {
  int day;
  int weekday;  // 0: Sunday
  int last;     // of its month
};

bool is_nearest_weekday(const Day& today, int target) {
  if (target > today.last || today.weekday == 0 || today.weekday == 6) return false;
  const int target_weekday = ((today.weekday + target - today.day) % 7 + 7) % 7;
  int moved = target;
  if (target_weekday == 6) moved = target == 1 ? 3 : target - 1;
  if (target_weekday == 0) moved = target == today.last ? target - 2 : target + 1;
  return moved == today.day;
}

bool names(const Field& field, const Item& item, int value, const Day& today) {
  switch (item.kind) {
    case Kind::range: {
      const int count = field.high - field.low + 1;
      const int length = ((item.b - item.a) % count + count) % count;
      const int along = ((value - item.a) % count + count) % count;
      return along <= length && along % item.step == 0;
    }
    case Kind::last:
      return today.day == today.last - item.b;
    case Kind::nearest:
      return is_nearest_weekday(today, item.a);
    case Kind::last_weekday: {
      const int left = today.last - today.day;
      const bool friday_before_weekend = today.weekday == 5 && left <= 2;
      return friday_before_weekend || (left == 0 && today.weekday != 0 && today.weekday != 6);
    }
    case Kind::nth:
      return today.weekday == item.a && (today.day - 1) / 7 + 1 == item.b;
    case Kind::last_of_kind:
      return today.weekday == item.a && today.day + 7 > today.last;
  }
  return false;
}

bool names(const Field& field, int value, const Day& today) {
  return std::any_of(field.items.begin(), field.items.end(),
                     [&](const Item& item) { return names(field, item, value, today); });
}

/// `local` counts seconds of local time since 1970.
bool matches(const Expression& expression, seconds local) {
  using namespace std::chrono;
  const local_seconds time(local);
  const auto day = floor<std::chrono::days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  const Day today{
      static_cast<int>(static_cast<unsigned>(date.day())),
      static_cast<int>(weekday(day).c_encoding()),
      static_cast<int>(static_cast<unsigned>((date.year() / date.month() / last).day()))};
  const auto& fields = expression.fields;
  const auto allows = [&](std::size_t n, std::int64_t value) {
    return names(fields[n], static_cast<int>(value), today);
  };
  if (!allows(0, clock.seconds().count()) || !allows(1, clock.minutes().count()) ||
      !allows(2, clock.hours().count()) ||
      !allows(4, static_cast<int>(static_cast<unsigned>(date.month())))) {
    return false;
  }
  const bool by_day = allows(3, today.day);
  const bool by_weekday = allows(5, today.weekday);
  return fields[3].star || fields[5].star ? by_day && by_weekday : by_day || by_weekday;
}

struct Setting {
  const date::time_zone* zone;
  DaylightSaving dst;
  seconds unit;  // the step of time: a minute, or a second
};

seconds local_of(const Setting& setting, sys_seconds at) {
  return at.time_since_epoch() + setting.zone->get_info(at).offset;
}

/// The main loop of Debian's cron, at its wake-ups from `begin` to `end`.
std::vector<sys_seconds> as_cron(const Expression& expression, const Setting& setting,
                                 sys_seconds begin, sys_seconds end) {
  const bool wild = expression.follows_real_time();
  std::vector<sys_seconds> fires;
  seconds virtual_time = local_of(setting, begin - setting.unit);
  for (sys_seconds now = begin; now <= end; now += setting.unit) {
    const seconds running = local_of(setting, now);
    const seconds difference = running - virtual_time;
    bool fire = false;
    if (difference == setting.unit || difference > 3h || difference <= -3h) {
      virtual_time = running;
      fire = matches(expression, running);
    } else if (wild) {
      fire = matches(expression, running);
      virtual_time = std::max(virtual_time, running);
    } else {
      while (virtual_time < running) {
        virtual_time += setting.unit;
        fire = matches(expression, virtual_time) || fire;
      }
    }
    if (fire) fires.push_back(now);
  }
  return fires;
}

std::vector<sys_seconds> reference(const Expression& expression, const Setting& setting,
                                   sys_seconds begin, sys_seconds end) {
  if (setting.dst == DaylightSaving::vixie) return as_cron(expression, setting, begin, end);
  std::vector<sys_seconds> fires;
  seconds latest = local_of(setting, begin - setting.unit);
  for (sys_seconds now = begin; now <= end; now += setting.unit) {
    const seconds wall = local_of(setting, now);
    const bool seen = setting.dst == DaylightSaving::skip && wall <= latest;
    latest = std::max(latest, wall);
    const seconds read = setting.dst == DaylightSaving::utc ? now.time_since_epoch() : wall;
    if (!seen && matches(expression, read)) fires.push_back(now);
  }
  return fires;
}

std::vector<sys_seconds> by_next(const Schedule& schedule, sys_seconds begin, sys_seconds end) {
  std::vector<sys_seconds> fires;
  Timestamp from = Timestamp(begin.time_since_epoch()) - 1us;
  for (auto fire = schedule.next(from); fire; fire = schedule.next(from)) {
    REQUIRE(fire->at > from);
    const sys_seconds at(std::chrono::duration_cast<seconds>(fire->at.since_epoch()));
    if (at > end) break;
    fires.push_back(at);
    from = fire->at;
  }
  return fires;
}

struct Moment {
  const char* zone;
  const char* around;
};

constexpr std::array<Moment, 16> kMoments{{{"America/New_York", "2025-03-09T07:00:00Z"},
                                           {"America/New_York", "2025-11-02T06:00:00Z"},
                                           {"Australia/Lord_Howe", "2025-10-04T15:30:00Z"},
                                           {"Australia/Lord_Howe", "2025-04-05T15:00:00Z"},
                                           {"America/Santiago", "2025-09-07T04:00:00Z"},
                                           {"America/Santiago", "2025-04-06T03:00:00Z"},
                                           {"Asia/Beirut", "2025-03-29T22:00:00Z"},
                                           {"Africa/Cairo", "2025-10-30T21:00:00Z"},
                                           {"Africa/Casablanca", "2025-02-23T02:00:00Z"},
                                           {"Africa/Casablanca", "2025-04-06T02:00:00Z"},
                                           {"Europe/Dublin", "2025-10-26T01:00:00Z"},
                                           {"Antarctica/Casey", "2009-10-17T18:00:00Z"},
                                           {"Antarctica/Casey", "2010-03-04T15:00:00Z"},
                                           {"Antarctica/Vostok", "1994-01-31T17:00:00Z"},
                                           {"Pacific/Apia", "2011-12-30T10:00:00Z"},
                                           {"Asia/Seoul", "2025-03-09T02:00:00Z"}}};

void compare(Random& random, const Moment& moment, seconds unit, seconds half) {
  const auto expression = random_expression(random, unit == 1s);
  const Setting setting{date::locate_zone(moment.zone),
                        static_cast<DaylightSaving>(pick(random, 0, 3)), unit};
  const sys_seconds around(
      std::chrono::duration_cast<seconds>(instant(moment.around).since_epoch()));
  const sys_seconds begin = around - half;
  const sys_seconds end = around + half;
  CAPTURE(expression.text());
  CAPTURE(moment.zone);
  CAPTURE(moment.around);
  CAPTURE(static_cast<int>(setting.dst));
  std::optional<Schedule> schedule;
  try {
    schedule = Schedule::parse(expression.text(), {"job", moment.zone, setting.dst});
  } catch (const Error&) {
    // A date that never comes: the reference must find none either.
    CHECK(reference(expression, setting, begin, end).empty());
    return;
  }
  CHECK(by_next(*schedule, begin, end) == reference(expression, setting, begin, end));
}

}  // namespace

TEST_CASE("random schedules fire round changes of the clock as a walk by minutes says") {
  Random random(1);
  for (int round = 0; round < 12; ++round) {
    for (const auto& moment : kMoments) compare(random, moment, 60s, 16h);
  }
}

TEST_CASE("random schedules with seconds fire as a walk by seconds says") {
  Random random(2);
  for (int round = 0; round < 3; ++round) {
    for (const auto& moment : kMoments) compare(random, moment, 1s, 70min);
  }
}

TEST_CASE("random days fire over fifty years as a walk by days says") {
  Random random(3);
  const auto begin = std::chrono::sys_days(std::chrono::year(2080) / 1 / 1);
  const auto end = std::chrono::sys_days(std::chrono::year(2130) / 1 / 1);
  for (int round = 0; round < 40; ++round) {
    auto expression = random_expression(random, false);
    for (const std::size_t n : {1U, 2U}) expression.fields[n] = {0, 23, false, "0", {{}}};
    const auto text = expression.text();
    CAPTURE(text);
    std::vector<sys_seconds> expected;
    for (auto day = begin; day <= end; day += days(1)) {
      if (matches(expression, sys_seconds(day).time_since_epoch())) expected.emplace_back(day);
    }
    if (expected.empty()) continue;
    CHECK(by_next(Schedule::parse(text, {"job"}), begin, end) == expected);
  }
}
