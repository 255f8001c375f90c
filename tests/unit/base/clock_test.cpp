#include "base/clock.hpp"

#include <ctime>

#include <doctest/doctest.h>

using namespace notes;

TEST_CASE("the system's clock tells the machine's time in UTC") {
  const std::time_t before = std::time(nullptr);
  const Timestamp now = SystemClock().now();
  const std::time_t after = std::time(nullptr);
  // time() reads a coarser clock that may lag behind by a tick.
  CHECK(now.since_epoch() >= std::chrono::seconds(before - 1));
  CHECK(now.since_epoch() < std::chrono::seconds(after + 2));
}
