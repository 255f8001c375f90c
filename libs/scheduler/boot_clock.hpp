#pragma once

#include <chrono>

namespace notes::scheduler {

/// Time since the machine was started, its suspensions included (CLOCK_BOOTTIME): what promises
/// made to others are measured by. steady_clock stands still while a laptop sleeps.
struct BootClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept;
};

}  // namespace notes::scheduler
