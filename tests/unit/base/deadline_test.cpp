#include "base/deadline.hpp"

#include <thread>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using notes::current_deadline;
using notes::DeadlineScope;
using notes::overdue;

TEST_CASE("the earliest of the nested deadlines counts, on the thread that began them") {
  const auto now = std::chrono::steady_clock::now();
  CHECK(current_deadline() == DeadlineScope::TimePoint::max());
  CHECK_FALSE(overdue());
  {
    const DeadlineScope outer(now + 1h);
    CHECK(current_deadline() == now + 1h);
    {
      const DeadlineScope later(now + 2h);
      CHECK(current_deadline() == now + 1h);
      const DeadlineScope past(now - 1ms);
      CHECK(overdue());
      std::jthread([] { CHECK(current_deadline() == DeadlineScope::TimePoint::max()); });
    }
    CHECK(current_deadline() == now + 1h);
    CHECK_FALSE(overdue());
  }
  CHECK(current_deadline() == DeadlineScope::TimePoint::max());
}
