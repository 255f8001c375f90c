#include "cron/fields.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace notes::cron {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::seconds;

constexpr std::uint32_t day_bit(unsigned day) { return std::uint32_t{1} << day; }

/// The days 1 … last of a month whose first day is the weekday `first` (0: Sunday).
struct Month {
  unsigned first;
  unsigned last;

  unsigned weekday(unsigned day) const { return (first + day - 1) % 7; }
};

bool contains(std::uint8_t weekdays, unsigned weekday) { return (weekdays & 1U << weekday) != 0; }

/// The Monday to Friday nearest to a day, without leaving the month.
unsigned nearest_weekday(const Month& month, unsigned day) {
  switch (month.weekday(day)) {
    case 6:
      return day == 1 ? 3 : day - 1;
    case 0:
      return day == month.last ? day - 2 : day + 1;
    default:
      return day;
  }
}

unsigned last_weekday(const Month& month) {
  const unsigned weekday = month.weekday(month.last);
  if (weekday == 6) return month.last - 1;
  return weekday == 0 ? month.last - 2 : month.last;
}

std::uint32_t days_by_month_day(const Fields& fields, const Month& month) {
  std::uint32_t result = fields.days;
  for (std::uint32_t rest = fields.days_before_last; rest != 0; rest &= rest - 1) {
    const auto before = static_cast<unsigned>(std::countr_zero(rest));
    if (before < month.last) result |= day_bit(month.last - before);
  }
  for (std::uint32_t rest = fields.nearest_weekdays; rest != 0; rest &= rest - 1) {
    const auto day = static_cast<unsigned>(std::countr_zero(rest));
    if (day <= month.last) result |= day_bit(nearest_weekday(month, day));
  }
  if (fields.last_weekday) result |= day_bit(last_weekday(month));
  return result;
}

/// The days, bit n for day n, from `from` to `from` + 6 whose weekdays are in the set.
std::uint32_t week_from(unsigned from, std::uint8_t weekdays, const Month& month) {
  std::uint32_t result = 0;
  for (unsigned day = from; day < from + 7; ++day) {
    if (contains(weekdays, month.weekday(day))) result |= day_bit(day);
  }
  return result;
}

std::uint32_t days_by_weekday(const Fields& fields, const Month& month) {
  std::uint32_t result = 0;
  if (fields.weekdays == kAllWeekdays) {
    result = kAllDays;
  } else if (fields.weekdays != 0) {
    const std::uint64_t week = week_from(1, fields.weekdays, month);
    result = static_cast<std::uint32_t>(week | week << 7 | week << 14 | week << 21 | week << 28);
  }
  for (unsigned n = 0; n < 4; ++n) {
    if (fields.nth_weekdays[n] != 0) result |= week_from(1 + 7 * n, fields.nth_weekdays[n], month);
  }
  for (unsigned day = 29; fields.nth_weekdays[4] != 0 && day <= month.last; ++day) {
    if (contains(fields.nth_weekdays[4], month.weekday(day))) result |= day_bit(day);
  }
  if (fields.last_weekdays != 0) result |= week_from(month.last - 6, fields.last_weekdays, month);
  return result;
}

/// The lowest bit at or above `from`; -1 when there is none.
int next_bit(std::uint64_t bits, int from) {
  const std::uint64_t rest = from < 64 ? bits >> from << from : 0;
  return rest == 0 ? -1 : std::countr_zero(rest);
}

/// The earliest allowed time of day at or after `from`.
std::optional<seconds> first_time(const Fields& fields, seconds from) {
  const auto of_day = static_cast<int>(from.count());
  int hour = of_day / 3600;
  int minute = of_day / 60 % 60;
  int second = next_bit(fields.seconds, of_day % 60);
  if ((fields.minutes >> minute & 1U) == 0 || second < 0) {
    minute = next_bit(fields.minutes, (fields.minutes >> minute & 1U) == 0 ? minute : minute + 1);
    second = std::countr_zero(fields.seconds);
  }
  if ((fields.hours >> hour & 1U) == 0 || minute < 0) {
    hour = next_bit(fields.hours, (fields.hours >> hour & 1U) == 0 ? hour : hour + 1);
    minute = std::countr_zero(fields.minutes);
    second = std::countr_zero(fields.seconds);
  }
  if (hour < 0) return std::nullopt;
  return seconds((hour * 60 + minute) * 60 + second);
}

/// "*" for all of them, else "1-5,7".
std::string list(std::uint64_t bits, std::uint64_t all) {
  if (bits == all) return "*";
  std::string text;
  for (int from = next_bit(bits, 0); from >= 0;) {
    const int to = from + std::countr_one(bits >> from) - 1;
    fmt::format_to(std::back_inserter(text), "{}{}", text.empty() ? "" : ",", from);
    if (to > from) fmt::format_to(std::back_inserter(text), "-{}", to);
    from = next_bit(bits, to + 1);
  }
  return text;
}

void append(std::string& text, const std::string& item) {
  if (!text.empty()) text += ',';
  text += item;
}

std::string day_list(const Fields& fields) {
  std::string text = list(fields.days, kAllDays);
  if (fields.days_before_last != 0) append(text, "L-" + list(fields.days_before_last, 0));
  if (fields.nearest_weekdays != 0) append(text, "W" + list(fields.nearest_weekdays, 0));
  if (fields.last_weekday) append(text, "LW");
  return text;
}

std::string weekday_list(const Fields& fields) {
  std::string text = list(fields.weekdays, kAllWeekdays);
  for (std::size_t n = 0; n < fields.nth_weekdays.size(); ++n) {
    if (fields.nth_weekdays[n] == 0) continue;
    append(text, fmt::format("#{}:{}", n + 1, list(fields.nth_weekdays[n], 0)));
  }
  if (fields.last_weekdays != 0) append(text, "L:" + list(fields.last_weekdays, 0));
  return text;
}

}  // namespace

std::uint32_t days_of(const Fields& fields, std::chrono::year_month month) {
  using std::chrono::last;
  const local_days first_day(month / 1);
  const Month shape{std::chrono::weekday(first_day).c_encoding(),
                    static_cast<unsigned>((month / last).day())};
  const std::uint32_t by_month_day = days_by_month_day(fields, shape);
  const std::uint32_t by_weekday = days_by_weekday(fields, shape);
  const std::uint32_t joined =
      fields.join == DayJoin::both ? by_month_day & by_weekday : by_month_day | by_weekday;
  return joined & kAllDays & (shape.last == 31 ? ~std::uint32_t{0} : day_bit(shape.last + 1) - 1);
}

std::optional<local_seconds> first_match(const Fields& fields, local_seconds from,
                                         local_seconds end) {
  if (from >= end) return std::nullopt;
  const auto from_day = std::chrono::floor<days>(from);
  const std::chrono::year_month_day date(from_day);
  std::chrono::year_month month = date.year() / date.month();
  auto day = static_cast<int>(static_cast<unsigned>(date.day()));
  auto time = first_time(fields, from - from_day);
  if (!time) ++day;
  while (local_days(month / 1) < end) {
    const bool allowed = (fields.months >> static_cast<unsigned>(month.month()) & 1U) != 0;
    const std::uint32_t in_month = allowed ? days_of(fields, month) : 0;
    if (const int match = next_bit(in_month, day); match >= 0) {
      const local_days at = local_days(month / match);
      if (at != from_day) time = first_time(fields, seconds(0));
      const local_seconds result = at + *time;
      return result < end ? std::optional(result) : std::nullopt;
    }
    month += std::chrono::months(1);
    day = 1;
  }
  return std::nullopt;
}

std::string to_string(const Fields& fields) {
  return fmt::format("{} {} {} {} {} {} {}", list(fields.seconds, kAllMinutes),
                     list(fields.minutes, kAllMinutes), list(fields.hours, kAllHours),
                     day_list(fields), list(fields.months, kAllMonths), weekday_list(fields),
                     fields.join == DayJoin::both ? "both" : "either");
}

}  // namespace notes::cron
