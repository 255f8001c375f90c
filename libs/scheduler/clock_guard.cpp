#include "scheduler/clock_guard.hpp"

namespace notes::scheduler {

using std::chrono::microseconds;

std::optional<microseconds> ClockGuard::observe(Timestamp wall, BootClock::time_point boot) {
  const auto now = offset(wall, boot);
  const auto jump = now - trusted_.value_or(now);
  if (jump > limit_) return jump;
  trusted_ = now;
  return std::nullopt;
}

void ClockGuard::confirm(Timestamp wall, Timestamp other, BootClock::time_point boot) {
  if (std::chrono::abs(wall - other) <= limit_) accept(wall, boot);
}

void ClockGuard::accept(Timestamp wall, BootClock::time_point boot) {
  trusted_ = offset(wall, boot);
}

microseconds ClockGuard::offset(Timestamp wall, BootClock::time_point boot) {
  return wall.since_epoch() - std::chrono::duration_cast<microseconds>(boot.time_since_epoch());
}

}  // namespace notes::scheduler
