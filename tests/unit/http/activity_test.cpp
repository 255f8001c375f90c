#include "http/activity.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using notes::http::Activity;

TEST_CASE("the thread that was silent longest counts, until they have all ended") {
  const Activity::TimePoint start{1h};
  Activity activity;
  CHECK(activity.silence(start) == 0s);
  auto& first = activity.add_thread(start);
  auto& second = activity.add_thread(start);
  CHECK(activity.silence(start + 3s) == 3s);
  first = start + 3s;
  CHECK(activity.silence(start + 4s) == 4s);
  second = start + 4s;
  CHECK(activity.silence(start + 4s) == 1s);
  activity.forget_threads();
  CHECK(activity.silence(start + 1h) == 0s);
  CHECK(activity.in_flight(start, 10).empty());
}
