#include "base/clock.hpp"

#include <chrono>

namespace notes {

Timestamp SystemClock::now() const {
  return Timestamp(std::chrono::floor<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch()));
}

}  // namespace notes
