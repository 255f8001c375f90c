#include "cron/warnings.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "cron/describe.hpp"
#include "cron/zone.hpp"

namespace notes::cron {
namespace {

using std::chrono::local_seconds;
using std::chrono::microseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

using Texts = std::vector<std::string>;

constexpr seconds kLookAhead = std::chrono::days(3 * 366);

void warn_of_joined_days(const Fields& fields, Texts& texts) {
  const bool all_days = fields.days == kAllDays;
  const bool all_weekdays = fields.weekdays == kAllWeekdays;
  if (all_days || all_weekdays) return;
  if (fields.join == DayJoin::either) {
    texts.emplace_back(
        "day of month and day of week are both restricted: it runs on a day that either of them "
        "names, not only on those that both name; begin one of the two with '*' for both");
  } else {
    texts.emplace_back(
        "day of month and day of week are both restricted and one of them begins with '*': it runs "
        "only on the days that both name");
  }
}

void warn_of_steps(const Fields& fields, Texts& texts) {
  struct Range {
    std::string_view name;
    int count;
  };
  constexpr std::array<Range, 6> kRanges{{{"second", 60},
                                          {"minute", 60},
                                          {"hour", 24},
                                          {"day of month", 31},
                                          {"month", 12},
                                          {"day of week", 7}}};
  for (std::size_t place = 0; place < kRanges.size(); ++place) {
    const auto& [name, count] = kRanges[place];
    const int step = fields.steps[place];
    if (step >= count) {
      texts.push_back(fmt::format(
          "{}: a step of {} is not shorter than the range of {}: only its first value is left",
          name, step, count));
    } else if (step > 1 && count % step != 0) {
      texts.push_back(fmt::format(
          "{}: a step of {} does not divide {}: the last step before the range begins again is {}",
          name, step, count, place == 3 ? "of another length" : std::to_string(count % step)));
    }
  }
}

void warn_of_stars(const Fields& fields, Texts& texts) {
  if (fields.minutes == kAllMinutes && fields.hours != kAllHours) {
    texts.push_back(
        fmt::format("minute is '*' and hour is not: it runs 60 times in hour{} {}; write 0 for the "
                    "minute to run "
                    "once",
                    std::has_single_bit(fields.hours) ? "" : "s", values_in_words(fields.hours)));
  }
  if (fields.seconds == kAllMinutes && fields.minutes != kAllMinutes) {
    texts.emplace_back(
        "second is '*' and minute is not: it runs 60 times in such a minute; write 0 for the "
        "second "
        "to run once");
  }
}

/// Dates that some of the months lack.
void warn_of_short_months(const Fields& fields, Texts& texts) {
  if (fields.join == DayJoin::either) return;
  const bool other_days =
      fields.days_before_last != 0 || fields.nearest_weekdays != 0 || fields.last_weekday;
  const int first = std::countr_zero(fields.days);
  if (fields.days != 0 && !other_days && first > 28) {
    constexpr std::uint32_t kWithout30 = 1U << 2;
    constexpr std::uint32_t kWithout31 = kWithout30 | 1U << 4 | 1U << 6 | 1U << 9 | 1U << 11;
    const std::uint32_t lacking = fields.months & (first == 31 ? kWithout31 : kWithout30);
    if (fields.months == 1U << 2) {
      texts.emplace_back("29 February comes in leap years only");
    } else if (lacking != 0) {
      texts.push_back(
          fmt::format("day {} does not come in {} of the {} months it is asked of: those are left "
                      "out; L is the "
                      "last day of every month",
                      first, std::popcount(lacking), std::popcount(fields.months)));
    }
  }
  const auto& nth = fields.nth_weekdays;
  if (nth[4] != 0 && nth[0] == 0 && nth[1] == 0 && nth[2] == 0 && nth[3] == 0 &&
      fields.weekdays == 0 && fields.last_weekdays == 0) {
    texts.emplace_back(
        "not every month has a fifth weekday of a kind (#5): those without are left out; L behind "
        "the weekday is its last one");
  }
}

/// A change of the clock.
struct Change {
  sys_seconds at;
  seconds before;
  seconds after;

  local_seconds from() const { return local_seconds(at.time_since_epoch() + before); }
  local_seconds to() const { return local_seconds(at.time_since_epoch() + after); }
};

std::string date_text(local_seconds time) {
  // The zone's own text would look the same: a local time is written as if it were UTC's.
  return local_time(Timestamp(time.time_since_epoch()), "UTC").substr(0, 16);
}

std::string clock_text(local_seconds time) { return date_text(time).substr(11); }

bool runs_at(const Schedule& schedule, sys_seconds at) {
  const auto fire = schedule.next(Timestamp(at.time_since_epoch()) - microseconds(1));
  return fire && fire->at == Timestamp(at.time_since_epoch());
}

std::string policy(const Schedule& schedule) {
  const bool real_time =
      schedule.daylight_saving() == DaylightSaving::vixie && schedule.fields().follows_real_time;
  return fmt::format("dst: {}{}", to_string(schedule.daylight_saving()),
                     real_time ? ", for a minute or hour that begins with '*'," : "");
}

std::optional<std::string> about_gap(const Schedule& schedule, const Change& change) {
  const auto nominal = first_match(schedule.fields(), change.from(), change.to());
  if (!nominal) return std::nullopt;
  const auto fire = schedule.next(Timestamp(change.at.time_since_epoch()) - microseconds(1));
  const bool made_up = fire && fire->at == Timestamp(change.at.time_since_epoch()) &&
                       fire->nominal.starts_with(date_text(*nominal));
  return fmt::format(
      "{} does not exist in {} (the clock goes from {} to {}): {} {}", date_text(*nominal),
      schedule.timezone(), clock_text(change.from()), clock_text(change.to()), policy(schedule),
      made_up ? "runs it at " + local_time(fire->at, schedule.timezone()) : "leaves it out");
}

std::optional<std::string> about_overlap(const Schedule& schedule, const Change& change) {
  const auto nominal = first_match(schedule.fields(), change.to(), change.from());
  if (!nominal) return std::nullopt;
  const sys_seconds first(nominal->time_since_epoch() - change.before);
  const sys_seconds second(nominal->time_since_epoch() - change.after);
  return fmt::format("{} comes twice in {} (the clock goes back from {} to {}): {} {}",
                     date_text(*nominal), schedule.timezone(), clock_text(change.from()),
                     clock_text(change.to()), policy(schedule),
                     runs_at(schedule, second)
                         ? std::string("runs it both times")
                         : "runs it once, at " + local_time(Timestamp(first.time_since_epoch()),
                                                            schedule.timezone()));
}

/// A change of the clock surprises nobody: it is asked for every hour as the wall shows it, or
/// none.
bool at_ease(const Schedule& schedule) {
  switch (schedule.daylight_saving()) {
    case DaylightSaving::vixie:
      return schedule.fields().hours == kAllHours && schedule.fields().follows_real_time;
    case DaylightSaving::wall:
      return schedule.fields().hours == kAllHours;
    case DaylightSaving::skip:
      return false;
    case DaylightSaving::utc:
      return true;
  }
  return false;
}

/// The next time that is left out, and the next that comes twice.
void warn_of_clock_changes(const Schedule& schedule, sys_seconds from, Texts& texts) {
  if (at_ease(schedule)) return;
  bool gap_found = false;
  bool overlap_found = false;
  for (auto interval = schedule.zone().at(from); interval.end < from + kLookAhead;) {
    const auto next = schedule.zone().at(interval.end);
    const Change change{interval.end, interval.offset, next.offset};
    bool& found = change.after > change.before ? gap_found : overlap_found;
    if (!found) {
      const auto text = change.after > change.before ? about_gap(schedule, change)
                                                     : about_overlap(schedule, change);
      if (text) texts.push_back(*text);
      found = text.has_value();
    }
    interval = next;
  }
}

}  // namespace

std::vector<std::string> warnings(const Schedule& schedule, Timestamp from) {
  Texts texts;
  if (schedule.interval() != std::chrono::milliseconds(0)) return texts;
  const Fields& fields = schedule.fields();
  warn_of_joined_days(fields, texts);
  warn_of_steps(fields, texts);
  warn_of_stars(fields, texts);
  warn_of_short_months(fields, texts);
  const sys_seconds start(std::chrono::floor<seconds>(from.since_epoch()));
  warn_of_clock_changes(schedule, start, texts);
  if (!schedule.next(from)) {
    texts.push_back(
        fmt::format("it does not run within a century after {}: every time it names is "
                    "one that the clock in {} leaves out",
                    local_time(from, schedule.timezone()), schedule.timezone()));
  }
  return texts;
}

}  // namespace notes::cron
