#pragma once

#include <chrono>
#include <mutex>

#include "base/clock.hpp"

namespace notes::tests {

/// A clock that stands still until it is advanced. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_(start) {}

  Timestamp now() const override;
  void advance(std::chrono::microseconds by);

 private:
  mutable std::mutex mutex_;
  // guards: now_
  Timestamp now_;
};

}  // namespace notes::tests
