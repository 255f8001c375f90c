#pragma once

#include "base/timestamp.hpp"

namespace notes {

/// Where the time of day comes from; passed to whoever needs it. Safe to call from any thread.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  virtual Timestamp now() const = 0;
};

/// The machine's wall clock.
class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
};

}  // namespace notes
