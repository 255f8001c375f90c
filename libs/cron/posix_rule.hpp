#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace notes::cron {

/// The rule with which a time-zone file says what comes after its table: a TZ string of POSIX
/// (XBD §8.3) with the hours of RFC 8536 §3.3.1 (-167 to 167). The date package's own reader,
/// date/ptz.h, does not compile in C++20 and refuses negative hours (America/Nuuk).
class PosixRule {
 public:
  /// The change of the clock to `offset` at the instant `at`.
  struct Change {
    std::chrono::sys_seconds at;
    std::chrono::seconds offset;
  };

  /// nullopt for text without daylight saving ("KST-9": nothing changes), and for what is no rule.
  static std::optional<PosixRule> parse(std::string_view text);

  /// The two changes of a year, the earlier one first.
  std::array<Change, 2> changes(std::chrono::year year) const;

 private:
  enum class Kind { month_week_day, julian_day, day };

  /// The local moment of a year at which the clock changes.
  struct Moment {
    Kind kind = Kind::day;
    unsigned month = 1;
    unsigned week = 1;  // 5: the last one
    unsigned weekday = 0;
    unsigned day = 0;
    std::chrono::seconds time = std::chrono::hours(2);
  };

  friend class PosixRuleReader;

  static std::chrono::sys_seconds in_year(const Moment& moment, std::chrono::year year);

  std::chrono::seconds standard_{0};
  std::chrono::seconds daylight_{0};
  Moment starts_;  // in standard time
  Moment ends_;    // in daylight time
};

}  // namespace notes::cron
