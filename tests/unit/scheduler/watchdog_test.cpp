#include "scheduler/watchdog.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <doctest/doctest.h>

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;

/// What a watchdog did, for whoever waits for it.
struct Record {
  template <typename Predicate>
  bool wait(Predicate predicate) {
    std::unique_lock lock(mutex);
    return came.wait_for(lock, 20s, predicate);
  }
  std::mutex mutex;
  std::condition_variable came;
  int looks = 0;
  int stalls = 0;
  std::chrono::milliseconds age{0};
};

Watchdog::Options options(Record& record, std::chrono::milliseconds limit) {
  return {.limit = limit,
          .period = 5ms,
          .look =
              [&record] {
                const std::lock_guard lock(record.mutex);
                ++record.looks;
                record.came.notify_all();
              },
          .stalled =
              [&record](std::chrono::milliseconds age) {
                const std::lock_guard lock(record.mutex);
                ++record.stalls;
                record.age = age;
                record.came.notify_all();
              }};
}

TEST_CASE("who does not beat is told of, with how long it is") {
  Record record;
  const Watchdog watchdog(options(record, 50ms));
  REQUIRE(record.wait([&] { return record.stalls > 0; }));
  CHECK(record.age > 50ms);
}

TEST_CASE("who beats within the limit is left alone") {
  Record record;
  Watchdog watchdog(options(record, 1h));
  for (int i = 0; i < 3; ++i) {
    watchdog.beat();
    const int before = [&] {
      const std::lock_guard lock(record.mutex);
      return record.looks;
    }();
    REQUIRE(record.wait([&] { return record.looks > before; }));
  }
  CHECK(record.stalls == 0);
}

}  // namespace
}  // namespace notes::scheduler
