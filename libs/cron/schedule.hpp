#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/timestamp.hpp"
#include "cron/fields.hpp"

namespace notes::cron {

class Zone;

/// What a schedule makes of the local times that a change of the clock leaves out (a gap) or shows
/// twice (an overlap).
enum class DaylightSaving {
  /// As Debian's cron. A schedule at fixed times runs at the first instant after a gap for all that
  /// the gap left out, and at the first of two equal times. One whose minute or hour field begins
  /// with '*' follows real time: both of two equal times, nothing in a gap. Changes of more than
  /// three hours (a gap of exactly three too) are new settings of the clock: nothing is made up or
  /// held back.
  vixie,
  skip,  ///< a time in a gap is left out; the first of two equal times
  wall,  ///< whatever the clock on the wall shows: both of two equal times, nothing in a gap
  utc,   ///< the expression is read in UTC; the zone only says how times are shown
};

/// The policies by their names.
inline constexpr std::array<std::pair<std::string_view, DaylightSaving>, 4> kDaylightSavings{
    {{"vixie", DaylightSaving::vixie},
     {"skip", DaylightSaving::skip},
     {"wall", DaylightSaving::wall},
     {"utc", DaylightSaving::utc}}};

std::string_view to_string(DaylightSaving dst);

/// One fire of a schedule. (nominal, fold) names it: no two fires of a schedule share the pair.
struct Fire {
  Timestamp at;  ///< the instant
  std::string
      nominal;   ///< what the schedule says, in its zone's local time: "2025-03-09T02:30:00".
                 ///< In UTC for DaylightSaving::utc and for intervals, with milliseconds
                 ///< (".500") where an interval has some
  int fold = 0;  ///< 1 for the second of two equal local times

  friend bool operator==(const Fire&, const Fire&) = default;
};

/// What an expression does not say by itself.
struct Context {
  std::string name;              ///< the job's, from which H derives its values
  std::string timezone = "UTC";  ///< of the time-zone database: "America/New_York"
  DaylightSaving dst = DaylightSaving::vixie;
};

/// When a job runs: a cron expression in a time zone, or an interval. Immutable, safe to use from
/// any thread, cheap to copy.
class Schedule {
 public:
  /// Reads five fields (minute, hour, day of month, month, day of week), six with leading seconds,
  /// @hourly … @yearly, or "@every 15m"; a prefix CRON_TZ=ZONE or TZ=ZONE wins over the context's.
  /// docs/cron-expressions.md has the grammar. Throws Error{usage} that names the field, the value
  /// and what is accepted; also for dates that never come (30 February).
  static Schedule parse(std::string_view expression, const Context& context);

  /// The multiples of the interval since 1970-01-01T00:00:00Z, so that all replicas agree.
  /// Throws Error{usage} for less than a second.
  static Schedule every(std::chrono::milliseconds interval);

  /// The earliest fire later than `after`; nullopt when there is none before the year 10000, or
  /// within a century (every time the schedule names falls into a gap).
  std::optional<Fire> next(Timestamp after) const;

  /// One text that differs when the fires may differ: the sets that the expression stands for (with
  /// H resolved), the zone and the policy. Stored to notice a changed schedule.
  std::string canonical() const;

  /// The zone in which times are shown.
  std::string timezone() const;

  /// Empty sets for an interval.
  const Fields& fields() const { return fields_; }
  /// Zero for an expression.
  std::chrono::milliseconds interval() const { return interval_; }
  DaylightSaving daylight_saving() const { return dst_; }
  const Zone& zone() const { return *zone_; }

 private:
  Schedule(const Fields& fields, std::chrono::milliseconds interval, const Zone& zone,
           DaylightSaving dst);

  Fields fields_;
  std::chrono::milliseconds interval_;
  const Zone* zone_;  // zones live as long as the process
  DaylightSaving dst_;
};

}  // namespace notes::cron
