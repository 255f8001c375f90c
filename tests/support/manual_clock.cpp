#include "support/manual_clock.hpp"

namespace notes::tests {

Timestamp ManualClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

void ManualClock::advance(std::chrono::microseconds by) {
  const std::lock_guard lock(mutex_);
  now_ = now_ + by;
}

}  // namespace notes::tests
