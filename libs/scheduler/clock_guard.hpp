#pragma once

#include <chrono>
#include <optional>

#include "base/timestamp.hpp"
#include "scheduler/boot_clock.hpp"

namespace notes::scheduler {

/// Holds the wall clock against the one that only runs forward. A wall clock that jumps ahead would
/// fire everything up to a moment that has not come, and nothing could take it back. Backwards is
/// no jump to hold for: the watermarks keep what has fired from firing again. For one thread.
class ClockGuard {
 public:
  /// `limit`: how far ahead the wall clock may jump between two looks.
  explicit ClockGuard(std::chrono::microseconds limit) : limit_(limit) {}

  /// Takes both clocks, read at the same moment. Returns how far the wall clock is ahead of where
  /// it should be, when that is beyond the limit: nothing may fire. It ends by itself when the
  /// clock comes back.
  std::optional<std::chrono::microseconds> observe(Timestamp wall, BootClock::time_point boot);

  /// What another clock says at the same moment: when it agrees, within the limit, the jump was
  /// right.
  void confirm(Timestamp wall, Timestamp other, BootClock::time_point boot);

  /// Somebody says that the wall clock is right.
  void accept(Timestamp wall, BootClock::time_point boot);

 private:
  static std::chrono::microseconds offset(Timestamp wall, BootClock::time_point boot);

  std::chrono::microseconds limit_;
  std::optional<std::chrono::microseconds> trusted_;  // wall minus boot, when last believed
};

}  // namespace notes::scheduler
