#include "scheduler/clock_guard.hpp"

#include <chrono>

#include <doctest/doctest.h>

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNoon(1'700'000'000s);
constexpr BootClock::time_point kBoot(100h);

TEST_CASE("a wall clock that runs as the machine does is believed, small steps too") {
  ClockGuard guard(60s);
  CHECK_FALSE(guard.observe(kNoon, kBoot).has_value());
  CHECK_FALSE(guard.observe(kNoon + 10s, kBoot + 10s).has_value());
  CHECK_FALSE(guard.observe(kNoon + 80s, kBoot + 20s).has_value());   // 60 s ahead: the limit
  CHECK_FALSE(guard.observe(kNoon + 140s, kBoot + 20s).has_value());  // and again, from there
  CHECK_FALSE(guard.observe(kNoon + 24h, kBoot + 24h).has_value());   // a suspension is no jump
}

TEST_CASE("a jump ahead holds until the clock has come back") {
  ClockGuard guard(60s);
  guard.observe(kNoon, kBoot);
  CHECK(guard.observe(kNoon + 61s, kBoot) == 61s);
  CHECK(guard.observe(kNoon + 1h + 5s, kBoot + 5s) == 1h);
  CHECK_FALSE(guard.observe(kNoon + 10s, kBoot + 10s).has_value());
}

TEST_CASE("a jump back holds nothing, and the way forward again is a jump") {
  ClockGuard guard(60s);
  guard.observe(kNoon, kBoot);
  CHECK_FALSE(guard.observe(kNoon - 1h, kBoot).has_value());
  CHECK(guard.observe(kNoon, kBoot) == 1h);
}

TEST_CASE("another clock that agrees ends the hold, one that does not leaves it") {
  ClockGuard guard(60s);
  guard.observe(kNoon, kBoot);
  guard.confirm(kNoon + 1h, kNoon, kBoot);
  CHECK(guard.observe(kNoon + 1h, kBoot) == 1h);
  guard.confirm(kNoon + 1h, kNoon + 1h - 60s, kBoot);
  CHECK_FALSE(guard.observe(kNoon + 1h, kBoot).has_value());
}

TEST_CASE("somebody's word ends the hold") {
  ClockGuard guard(60s);
  guard.observe(kNoon, kBoot);
  CHECK(guard.observe(kNoon + 24h, kBoot) == 24h);
  guard.accept(kNoon + 24h, kBoot);
  CHECK_FALSE(guard.observe(kNoon + 24h, kBoot).has_value());
}

}  // namespace
}  // namespace notes::scheduler
