#include "cron/describe.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/duration.hpp"

namespace notes::cron {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 5> kOrdinals{"first", "second", "third", "fourth", "fifth"};

// Up to this many times of day are written out.
constexpr int kMostTimes = 6;

std::vector<int> values_of(std::uint64_t bits) {
  std::vector<int> values;
  for (; bits != 0; bits &= bits - 1) values.push_back(std::countr_zero(bits));
  return values;
}

/// "a", "a and b", "a, b and c".
std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t n = 0; n < parts.size(); ++n) {
    if (n > 0) text += n + 1 == parts.size() ? " and " : ", ";
    text += parts[n];
  }
  return text;
}

bool single(std::uint64_t bits) { return std::has_single_bit(bits); }

/// The step of a set that begins at 0 and goes on evenly past the end of its range into the next
/// one.
std::optional<int> even_step(std::uint64_t bits, int count) {
  const auto values = values_of(bits);
  if (values.size() < 2 || values.front() != 0) return std::nullopt;
  const int step = values[1];
  if (count % step != 0 || static_cast<int>(values.size()) != count / step) return std::nullopt;
  for (const int value : values) {
    if (value % step != 0) return std::nullopt;
  }
  return step;
}

/// "every minute", "every 15 minutes", "minute 5", "minutes 0, 20 and 50".
std::string units(std::uint64_t bits, std::string_view unit) {
  if (bits == kAllMinutes) return fmt::format("every {}", unit);
  if (const auto step = even_step(bits, 60)) return fmt::format("every {} {}s", *step, unit);
  return fmt::format("{}{} {}", unit, single(bits) ? "" : "s", values_in_words(bits));
}

/// "At 03:15", "At 09:00:30 and 21:00:30"; nothing when that would be too long.
std::string clock_times(const Fields& fields) {
  const int count =
      std::popcount(fields.seconds) * std::popcount(fields.minutes) * std::popcount(fields.hours);
  if (count > kMostTimes || fields.hours == kAllHours) return {};
  std::vector<std::string> times;
  for (const int hour : values_of(fields.hours)) {
    for (const int minute : values_of(fields.minutes)) {
      for (const int second : values_of(fields.seconds)) {
        times.push_back(fmt::format("{:02}:{:02}", hour, minute));
        if (fields.seconds != 1) times.back() += fmt::format(":{:02}", second);
      }
    }
  }
  return "At " + joined(times);
}

/// Capitalised, and with "At" before what is no repetition.
std::string sentence(std::string text) {
  if (!text.starts_with("every")) return "At " + text;
  text.front() = 'E';
  return text;
}

std::string time_phrase(const Fields& fields) {
  if (std::string times = clock_times(fields); !times.empty()) return times;
  std::string text;
  if (fields.seconds != 1) text = units(fields.seconds, "second");
  const bool every_minute = fields.minutes == kAllMinutes;
  if (!every_minute || !text.starts_with("every")) {
    if (!text.empty()) text += " of ";
    text += units(fields.minutes, "minute");
  }
  if (fields.hours != kAllHours) {
    if (const auto step = even_step(fields.hours, 24)) {
      text += fmt::format(" of every {} hours from 0", *step);
    } else {
      text += fmt::format(" of hour{} {}", single(fields.hours) ? "" : "s",
                          values_in_words(fields.hours));
    }
  } else if (!every_minute && !text.starts_with("every")) {
    text += " of every hour";
  }
  return sentence(text);
}

std::string month_days(const Fields& fields) {
  std::vector<std::string> parts;
  if (fields.days != 0) {
    parts.push_back(
        fmt::format("day{} {}", single(fields.days) ? "" : "s", values_in_words(fields.days)));
  }
  for (const int before : values_of(fields.days_before_last)) {
    parts.push_back(before == 0   ? "the last day"
                    : before == 1 ? "the day before the last"
                                  : fmt::format("the {}th last day", before + 1));
    if (before == 2) parts.back() = "the 3rd last day";
  }
  for (const int day : values_of(fields.nearest_weekdays)) {
    parts.push_back(fmt::format("the working day nearest to day {}", day));
  }
  if (fields.last_weekday) parts.emplace_back("the last working day");
  return fmt::format("on {} of the month", joined(parts));
}

std::string weekdays(const Fields& fields) {
  std::vector<std::string> parts;
  if (fields.weekdays != 0) parts.push_back(values_in_words(fields.weekdays, kWeekdays));
  const auto of_month = [&](std::string_view which, std::uint8_t set) {
    if (set == 0) return;
    parts.push_back(fmt::format("the {} {} of the month", which, values_in_words(set, kWeekdays)));
  };
  for (std::size_t n = 0; n < kOrdinals.size(); ++n) of_month(kOrdinals[n], fields.nth_weekdays[n]);
  of_month("last", fields.last_weekdays);
  return "on " + joined(parts);
}

/// Empty for every day of every month.
std::string day_phrase(const Fields& fields) {
  const bool any_day = fields.days == kAllDays;
  const bool any_weekday = fields.weekdays == kAllWeekdays;
  std::string text;
  if (any_day && any_weekday) {
    if (fields.months != kAllMonths) text = "every day";
  } else if (any_weekday) {
    text = month_days(fields);
  } else if (any_day) {
    text = weekdays(fields);
  } else {
    text = fmt::format("{}{}{}", month_days(fields),
                       fields.join == DayJoin::both ? ", but only " : " and ", weekdays(fields));
  }
  if (fields.months != kAllMonths) text += " in " + values_in_words(fields.months, kMonths, 1);
  return text;
}

}  // namespace

std::string values_in_words(std::uint64_t bits, std::span<const std::string_view> names,
                            int first_named) {
  const auto word = [&](int value) {
    return names.empty() ? std::to_string(value)
                         : std::string(names[static_cast<std::size_t>(value - first_named)]);
  };
  const auto values = values_of(bits);
  const int step = values.size() < 2 ? 0 : values[1] - values[0];
  bool even = step > 1 && values.size() > 3;
  for (std::size_t n = 1; n < values.size(); ++n) even = even && values[n] - values[n - 1] == step;
  if (even)
    return fmt::format("{} to {} in steps of {}", word(values[0]), word(values.back()), step);
  std::vector<std::string> parts;
  for (std::size_t n = 0; n < values.size();) {
    const auto run = static_cast<std::size_t>(std::countr_one(bits >> values[n]));
    if (run > 2) {
      parts.push_back(fmt::format("{} to {}", word(values[n]), word(values[n + run - 1])));
      n += run;
    } else {
      parts.push_back(word(values[n++]));
    }
  }
  return joined(parts);
}

std::string describe(const Schedule& schedule) {
  if (schedule.interval() != std::chrono::milliseconds(0)) {
    return "Every " + format_duration(schedule.interval());
  }
  const Fields& fields = schedule.fields();
  std::string text = time_phrase(fields);
  if (schedule.daylight_saving() == DaylightSaving::utc) text += " UTC";
  std::string days = day_phrase(fields);
  if (days.empty() && !text.starts_with("Every") && fields.hours != kAllHours) days = "every day";
  return days.empty() ? text : text + ", " + days;
}

}  // namespace notes::cron
