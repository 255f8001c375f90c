#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/timestamp.hpp"

namespace notes::cron {

/// A zone of the system's time-zone database (/usr/share/zoneinfo) as one table of offsets.
/// Immutable and safe to use from any thread.
class Zone {
 public:
  /// A stretch of time, [begin, end), with one offset from UTC.
  struct Interval {
    std::chrono::sys_seconds begin;  ///< sys_seconds::min(): since ever
    std::chrono::sys_seconds end;    ///< sys_seconds::max(): for ever
    std::chrono::seconds offset;
  };

  /// The zone of that name ("America/New_York", "UTC"); read once, and then kept for the process's
  /// life, as the database is. Throws Error{usage}, with the closest name, when there is none.
  static const Zone& find(std::string_view name);

  /// Reads the zone; find() is the way to share it.
  explicit Zone(std::string_view name);

  const std::string& name() const { return name_; }

  /// What holds at an instant. After the file's table its rule goes on, without end.
  Interval at(std::chrono::sys_seconds instant) const;

  /// The offset never changes.
  bool fixed() const { return changes_.size() == 1; }

 private:
  struct Change {
    std::chrono::sys_seconds at;
    std::chrono::seconds offset;
  };

  void append(Change change);
  void continue_by_rule();
  Interval in_table(std::chrono::sys_seconds instant) const;

  std::string name_;
  std::vector<Change> changes_;  // the first at sys_seconds::min(); neighbours differ in offset
  // From here on the table repeats every 400 years, as the calendar does; max: it does not repeat.
  std::chrono::sys_seconds repeats_from_ = std::chrono::sys_seconds::max();
};

/// RFC 3339 with the zone's offset: "2025-03-09T03:00:00-04:00", with six fractional digits when
/// there are any. An offset with seconds (local mean time, before standard time) is cut to the
/// minute, and the time shown with it, so that the text still names the instant. Throws
/// Error{usage} for an unknown zone.
std::string local_time(Timestamp instant, std::string_view zone);

}  // namespace notes::cron
