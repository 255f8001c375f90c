#include "db/backoff.hpp"

#include <chrono>

#include <doctest/doctest.h>

namespace notes::db {
namespace {

using namespace std::chrono_literals;

TEST_CASE("pauses lie in the upper half of a span that doubles up to its limit") {
  Backoff backoff(8ms, 20ms);
  const std::chrono::microseconds spans[] = {8ms, 16ms, 20ms, 20ms};
  for (const auto span : spans) {
    CAPTURE(span.count());
    const auto pause = backoff.next();
    CHECK(pause >= span / 2);
    CHECK(pause <= span);
  }
}

TEST_CASE("two that collided do not draw the same pauses") {
  bool differ = false;
  for (int i = 0; i < 10; ++i) differ = differ || Backoff(1s, 1s).next() != Backoff(1s, 1s).next();
  CHECK(differ);
}

}  // namespace
}  // namespace notes::db
