#include "cron/posix_rule.hpp"

#include <cctype>

namespace notes::cron {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

/// Reads a TZ string from the front; each function answers nullopt or false for what it cannot
/// read.
class PosixRuleReader {
 public:
  explicit PosixRuleReader(std::string_view text) : text_(text) {}

  std::optional<PosixRule> rule() {
    PosixRule result;
    if (!name()) return std::nullopt;
    const auto standard = time();
    if (!standard || !name()) return std::nullopt;
    result.standard_ = -*standard;
    result.daylight_ = result.standard_ + std::chrono::hours(1);
    if (!text_.empty() && text_.front() != ',') {
      const auto daylight = time();
      if (!daylight) return std::nullopt;
      result.daylight_ = -*daylight;
    }
    const auto starts = moment();
    const auto ends = moment();
    if (!starts || !ends || !text_.empty()) return std::nullopt;
    result.starts_ = *starts;
    result.ends_ = *ends;
    return result;
  }

 private:
  bool accept(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool name() {
    std::size_t length = 0;
    if (accept('<')) {
      length = text_.find('>');
      if (length == std::string_view::npos) return false;
      text_.remove_prefix(length + 1);
      return length >= 3;
    }
    while (length < text_.size() && std::isalpha(static_cast<unsigned char>(text_[length])) != 0) {
      ++length;
    }
    text_.remove_prefix(length);
    return length >= 3;
  }

  std::optional<unsigned> number() {
    unsigned value = 0;
    std::size_t length = 0;
    for (; length < text_.size() && length < 3; ++length) {
      const char c = text_[length];
      if (c < '0' || c > '9') break;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (length == 0) return std::nullopt;
    text_.remove_prefix(length);
    return value;
  }

  std::optional<seconds> time() {
    const bool negative = accept('-');
    if (!negative) accept('+');
    const auto hours = number();
    std::optional<unsigned> minutes = 0;
    std::optional<unsigned> rest = 0;
    if (accept(':')) minutes = number();
    if (accept(':')) rest = number();
    if (!hours || !minutes || !rest) return std::nullopt;
    const seconds value(*hours * 3600 + *minutes * 60 + *rest);
    return negative ? -value : value;
  }

  /// "3.2.0" of M3.2.0: the second Sunday of March.
  std::optional<PosixRule::Moment> weekday_of_month() {
    const auto month = number();
    const auto week = accept('.') ? number() : std::nullopt;
    const auto weekday = accept('.') ? number() : std::nullopt;
    if (!month || !week || !weekday) return std::nullopt;
    if (*month < 1 || *month > 12 || *week < 1 || *week > 5 || *weekday > 6) return std::nullopt;
    return PosixRule::Moment{PosixRule::Kind::month_week_day, *month, *week, *weekday};
  }

  std::optional<PosixRule::Moment> day_of_year(PosixRule::Kind kind) {
    const auto day = number();
    if (!day || *day > 365) return std::nullopt;
    PosixRule::Moment result;
    result.kind = kind;
    result.day = *day;
    return result;
  }

  std::optional<PosixRule::Moment> moment() {
    if (!accept(',')) return std::nullopt;
    auto result = accept('M')   ? weekday_of_month()
                  : accept('J') ? day_of_year(PosixRule::Kind::julian_day)
                                : day_of_year(PosixRule::Kind::day);
    if (!result || !accept('/')) return result;
    const auto at = time();
    if (!at) return std::nullopt;
    result->time = *at;
    return result;
  }

  std::string_view text_;
};

std::optional<PosixRule> PosixRule::parse(std::string_view text) {
  return PosixRuleReader(text).rule();
}

sys_seconds PosixRule::in_year(const Moment& moment, std::chrono::year year) {
  using std::chrono::days;
  sys_days day = sys_days(year / 1 / 1);
  switch (moment.kind) {
    case Kind::month_week_day: {
      const auto month = year / static_cast<int>(moment.month);
      const std::chrono::weekday weekday(moment.weekday);
      day = moment.week == 5 ? sys_days(month / weekday[std::chrono::last])
                             : sys_days(month / weekday[moment.week]);
      break;
    }
    case Kind::julian_day:
      // 29 February is not counted: day 60 is 1 March in every year.
      day += days(static_cast<int>(moment.day) - 1 + (year.is_leap() && moment.day > 59 ? 1 : 0));
      break;
    case Kind::day:
      day += days(moment.day);
      break;
  }
  return day + moment.time;
}

std::array<PosixRule::Change, 2> PosixRule::changes(std::chrono::year year) const {
  const Change start{in_year(starts_, year) - standard_, daylight_};
  const Change end{in_year(ends_, year) - daylight_, standard_};
  return start.at < end.at ? std::array{start, end} : std::array{end, start};
}

}  // namespace notes::cron
