#include "cron/parse.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace notes::cron {
namespace {

constexpr std::array<std::string_view, 12> kMonthNames{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdayNames{"sun", "mon", "tue", "wed",
                                                        "thu", "fri", "sat"};

/// One field of an expression.
struct Spec {
  std::size_t place;  // among six fields
  std::string_view name;
  int low;
  int high;       // the highest value that '*' stands for
  int accepted;   // the highest value that may be written: 7 is Sunday too
  int hash_high;  // the highest value that H chooses: a day that every month has
  std::span<const std::string_view> names = {};
};

constexpr Spec kSecond{0, "second", 0, 59, 59, 59};
constexpr Spec kMinute{1, "minute", 0, 59, 59, 59};
constexpr Spec kHour{2, "hour", 0, 23, 23, 23};
constexpr Spec kDayOfMonth{3, "day of month", 1, 31, 31, 28};
constexpr Spec kMonth{4, "month", 1, 12, 12, 12, kMonthNames};
constexpr Spec kDayOfWeek{5, "day of week", 0, 6, 7, 6, kWeekdayNames};

/// From `from` to `to`, which may lie before it: then the range goes on at the field's lowest
/// value.
struct Range {
  int from = 0;
  int to = 0;
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find_first_of(separators);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// A whole number of up to four digits.
std::optional<int> read_number(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::string accepted_values(const Spec& spec) {
  const std::string numbers = fmt::format("{}-{}", spec.low, spec.accepted);
  if (spec.names.empty()) return numbers;
  return fmt::format("{} or {}..{}", numbers, spec.names.front(), spec.names.back());
}

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3;
  return hash;
}

/// Reads the items of one field into the sets.
class FieldReader {
 public:
  FieldReader(const Spec& spec, std::string_view text, std::string_view job, Fields& fields)
      : spec_(spec), text_(text), folded_(lower(text)), job_(job), fields_(fields) {}

  /// The values of all items; what only dates of a month can tell goes to the fields.
  std::uint64_t read() {
    for (const auto item : split(folded_, ",")) read_item(item);
    return values_;
  }

 private:
  [[noreturn]] void refuse(std::string_view got, const std::string& expected,
                           const std::string& hint = {}) const {
    throw Error(ErrorCode::usage,
                fmt::format("{}: expected {}, got '{}'{}{}", spec_.name, expected,
                            got == folded_ ? text_ : got,
                            got == folded_ ? "" : fmt::format(" in '{}'", text_), hint));
  }

  void read_item(std::string_view item) {
    if (item.empty()) refuse(item, accepted_values(spec_) + " between the commas");
    if (&spec_ == &kDayOfMonth && read_month_day(item)) return;
    if (&spec_ == &kDayOfWeek && read_weekday(item)) return;
    const std::size_t slash = item.find('/');
    const auto range = item.substr(0, slash);
    const auto step =
        slash == std::string_view::npos ? std::optional<int>() : read_step(item.substr(slash + 1));
    if (step && (range == "*" || range == "h") && item.size() == text_.size()) {
      fields_.steps[spec_.place] = static_cast<std::uint16_t>(*step);
    }
    if (range == "?") {
      read_question_mark(step.has_value());
    } else if (range == "*") {
      add({spec_.low, spec_.high}, step.value_or(1));
    } else if (range.starts_with('h')) {
      read_hash(range, step);
    } else if (const auto dash = range.find('-'); dash != std::string_view::npos) {
      add({read_value(range.substr(0, dash)), read_value(range.substr(dash + 1))},
          step.value_or(1));
    } else if (const int value = read_value(range); step) {
      add({value, std::max(value, spec_.high)}, *step);
    } else {
      add({value, value}, 1);
    }
  }

  int read_step(std::string_view text) const {
    const auto step = read_number(text);
    if (!step || *step < 1) refuse(text, "a step of 1 or more behind '/'");
    return *step;
  }

  void read_question_mark(bool step) {
    if (&spec_ != &kDayOfMonth && &spec_ != &kDayOfWeek) {
      refuse("?", accepted_values(spec_) + " or '*' ('?' stands for a day only)");
    }
    if (step) refuse("?/", "'*' before a step");
    add({spec_.low, spec_.high}, 1);
  }

  int read_value(std::string_view text) const {
    if (const auto number = read_number(text)) {
      if (*number < spec_.low || *number > spec_.accepted) refuse(text, accepted_values(spec_));
      return *number;
    }
    const auto name = std::find(spec_.names.begin(), spec_.names.end(), text);
    if (name == spec_.names.end()) {
      refuse(text, accepted_values(spec_), did_you_mean(text, spec_.names));
    }
    return spec_.low + static_cast<int>(name - spec_.names.begin());
  }

  void add(Range range, int step) {
    const int count = spec_.high - spec_.low + 1;
    const int to = range.to < range.from ? range.to + count : range.to;
    for (int value = range.from; value <= to; value += step) {
      values_ |= std::uint64_t{1} << (spec_.low + (value - spec_.low) % count);
    }
  }

  /// H, H(a-b), H/n, H(a-b)/n, in lower case.
  void read_hash(std::string_view text, std::optional<int> step) {
    Range range{spec_.low, spec_.hash_high};
    if (text != "h") {
      const std::size_t dash = text.find('-');
      if (!text.starts_with("h(") || !text.ends_with(')') || dash == std::string_view::npos) {
        refuse(text, "H, H(a-b), H/n or H(a-b)/n");
      }
      range = {read_value(text.substr(2, dash - 2)),
               read_value(text.substr(dash + 1, text.size() - dash - 2))};
      if (range.to < range.from) refuse(text, "H(a-b) with a not above b");
    }
    const int count = range.to - range.from + 1;
    if (step && *step > count) {
      refuse(fmt::format("{}/{}", text, *step), fmt::format("a step of at most {}", count));
    }
    const std::uint64_t hash = fnv1a(fmt::format("{}:{}", spec_.name, job_));
    const int start =
        range.from + static_cast<int>(hash % static_cast<unsigned>(step.value_or(count)));
    add({start, step ? range.to : start}, step.value_or(1));
  }

  /// L, L-n, LW, nW.
  bool read_month_day(std::string_view item) {
    if (item == "l") {
      fields_.days_before_last |= 1;
    } else if (item == "lw") {
      fields_.last_weekday = true;
    } else if (item.starts_with("l-")) {
      const auto before = read_number(item.substr(2));
      if (!before || *before > 30)
        refuse(item, "L-0 to L-30, the days before the month's last one");
      fields_.days_before_last |= std::uint32_t{1} << *before;
    } else if (item.ends_with('w')) {
      const auto day = read_number(item.substr(0, item.size() - 1));
      if (!day || *day < 1 || *day > 31) {
        refuse(item, "1W to 31W, the Monday to Friday nearest to that day");
      }
      fields_.nearest_weekdays |= std::uint32_t{1} << *day;
    } else {
      return false;
    }
    return true;
  }

  /// weekday#n, weekdayL.
  bool read_weekday(std::string_view item) {
    const auto bit = [&](std::string_view text) {
      return static_cast<std::uint8_t>(1U << read_value(text) % 7);
    };
    if (item == "l") refuse(item, "the weekday whose last one is meant, as in 5L or friL");
    if (const auto hash = item.find('#'); hash != std::string_view::npos) {
      const auto n = read_number(item.substr(hash + 1));
      if (!n || *n < 1 || *n > 5) refuse(item, "weekday#1 to weekday#5");
      fields_.nth_weekdays[static_cast<std::size_t>(*n - 1)] |= bit(item.substr(0, hash));
    } else if (item.ends_with('l')) {
      fields_.last_weekdays |= bit(item.substr(0, item.size() - 1));
    } else {
      return false;
    }
    return true;
  }

  const Spec& spec_;
  std::string_view text_;  // as it was written, for messages
  std::string folded_;     // in lower case
  std::string_view job_;
  Fields& fields_;
  std::uint64_t values_ = 0;
};

bool starts_with_star(std::string_view field) {
  return field.front() == '*' || field.front() == '?';
}

/// Brings fields that mean the same days into one form: every day has neither list nor join.
void normalise_days(Fields& fields) {
  const bool every_month_day = fields.days == kAllDays;
  const bool every_weekday = fields.weekdays == kAllWeekdays;
  const bool every_day = fields.join == DayJoin::either && (every_month_day || every_weekday);
  if (every_day) {
    fields.days = kAllDays;
    fields.weekdays = kAllWeekdays;
    fields.join = DayJoin::both;
  }
  if (every_day || every_month_day) {
    fields.days_before_last = 0;
    fields.nearest_weekdays = 0;
    fields.last_weekday = false;
  }
  if (every_day || every_weekday) {
    fields.nth_weekdays = {};
    fields.last_weekdays = 0;
  }
}

/// 400 years hold every way in which a calendar can fall; a leap year comes with each weekday of
/// its 29 February within 40.
bool meets_a_date(const Fields& fields) {
  using std::chrono::year;
  const std::chrono::local_days from(year(2000) / 1 / 1);
  const std::chrono::local_days to(year(2400) / 1 / 1);
  return first_match(fields, from, to).has_value();
}

}  // namespace

Fields parse_fields(std::string_view text, std::string_view job) {
  std::vector<std::string_view> words = split(text, " \t");
  std::erase(words, std::string_view());
  if (words.size() != 5 && words.size() != 6) {
    throw Error(
        ErrorCode::usage,
        fmt::format("schedule: expected five fields (minute, hour, day of month, month, day "
                    "of week), or six with leading seconds, got {} in '{}'",
                    words.size(), text));
  }
  Fields fields;
  const auto read = [&](const Spec& spec, std::string_view word) {
    return FieldReader(spec, word, job, fields).read();
  };
  fields.seconds = words.size() == 6 ? read(kSecond, words.front()) : 1;
  const std::span five = std::span(words).last(5);
  fields.minutes = read(kMinute, five[0]);
  fields.hours = static_cast<std::uint32_t>(read(kHour, five[1]));
  fields.days = static_cast<std::uint32_t>(read(kDayOfMonth, five[2]));
  fields.months = static_cast<std::uint32_t>(read(kMonth, five[3]));
  fields.weekdays = static_cast<std::uint8_t>(read(kDayOfWeek, five[4]));
  fields.join =
      starts_with_star(five[2]) || starts_with_star(five[4]) ? DayJoin::both : DayJoin::either;
  fields.follows_real_time = starts_with_star(five[0]) || starts_with_star(five[1]);
  normalise_days(fields);
  if (!meets_a_date(fields)) {
    throw Error(ErrorCode::usage,
                fmt::format("schedule: '{}' names a date that never comes: check its day of month, "
                            "month and day of week against each other",
                            text));
  }
  return fields;
}

std::string_view expand_shorthand(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kShorthands{
      {{"@hourly", "0 * * * *"},
       {"@daily", "0 0 * * *"},
       {"@midnight", "0 0 * * *"},
       {"@weekly", "0 0 * * 0"},
       {"@monthly", "0 0 1 * *"},
       {"@yearly", "0 0 1 1 *"},
       {"@annually", "0 0 1 1 *"}}};
  if (word == "@reboot") {
    throw Error(ErrorCode::usage,
                "schedule: '@reboot' has no moment where any of several replicas may lead; let the "
                "start of the machine or container run the job");
  }
  std::vector<std::string_view> names{"@every"};
  for (const auto& [name, fields] : kShorthands) {
    if (name == word) return fields;
    names.push_back(name);
  }
  throw Error(
      ErrorCode::usage,
      fmt::format("schedule: unknown shorthand '{}'{}; expected @hourly, @daily, @midnight, "
                  "@weekly, @monthly, @yearly, @annually or '@every 15m'",
                  word, did_you_mean(word, names)));
}

}  // namespace notes::cron
