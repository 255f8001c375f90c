#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace notes::cron {

/// How day of month and day of week are joined.
enum class DayJoin {
  either,  ///< a day that one of them names
  both,    ///< only the days that both name
};

/// What the fields of a cron expression allow, as sets: bit n stands for the value n.
struct Fields {
  std::uint64_t seconds = 0;
  std::uint64_t minutes = 0;
  std::uint32_t hours = 0;
  std::uint32_t months = 0;            ///< 1 to 12
  std::uint32_t days = 0;              ///< of the month, 1 to 31
  std::uint32_t days_before_last = 0;  ///< bit n: n days before the month's last one (L, L-n)
  std::uint32_t nearest_weekdays = 0;  ///< bit n: the Monday to Friday nearest to day n (nW)
  bool last_weekday = false;           ///< the month's last Monday to Friday (LW)
  std::uint8_t weekdays = 0;           ///< bit 0: Sunday
  std::uint8_t last_weekdays = 0;      ///< bit 5: the month's last Friday (5L)
  /// [n - 1], bit 5: the month's n-th Friday (5#n).
  std::array<std::uint8_t, 5> nth_weekdays{};
  DayJoin join = DayJoin::both;
  /// The minute or the hour field begins with '*'.
  bool follows_real_time = false;
  /// The n of a field written as */n or H/n, in the order of six fields; 0: written otherwise. The
  /// sets hold what it means; this is for advice.
  std::array<std::uint16_t, 6> steps{};

  friend bool operator==(const Fields&, const Fields&) = default;
};

inline constexpr std::uint64_t kAllMinutes = (std::uint64_t{1} << 60) - 1;
inline constexpr std::uint32_t kAllHours = (std::uint32_t{1} << 24) - 1;
inline constexpr std::uint32_t kAllDays = 0xffff'fffe;
inline constexpr std::uint32_t kAllMonths = 0x1ffe;
inline constexpr std::uint8_t kAllWeekdays = 0x7f;

/// The days of one month that the fields allow (bit n: day n); the month field is not asked.
std::uint32_t days_of(const Fields& fields, std::chrono::year_month month);

/// The earliest local time in [from, end) that the fields allow. It jumps by month, day, hour,
/// minute, so the cost grows with the months between, not with the minutes.
std::optional<std::chrono::local_seconds> first_match(const Fields& fields,
                                                      std::chrono::local_seconds from,
                                                      std::chrono::local_seconds end);

/// The sets as text that differs when they differ: "0 15 3 * * 1-5 both".
std::string to_string(const Fields& fields);

}  // namespace notes::cron
