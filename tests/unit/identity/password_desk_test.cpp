#include "identity/password_desk.hpp"

#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace notes;
using namespace notes::identity;

TEST_CASE("the desk hashes and verifies, and nothing is verified for nobody") {
  telemetry::Metrics metrics;
  const PasswordCost cheap{.memory_bytes = 64 * 1024, .passes = 1};
  PasswordDesk desk({.cost = cheap}, metrics);
  const auto hash = desk.hash("a password of mine");
  CHECK(desk.verify(hash, "a password of mine"));
  CHECK_FALSE(desk.verify(hash, "a password of hers"));
  desk.verify_nothing("a password of mine");
  CHECK_FALSE(desk.outdated(hash));
  PasswordDesk dearer({.cost = {.memory_bytes = 64 * 1024, .passes = 2}}, metrics);
  CHECK(dearer.outdated(hash));
  CHECK(dearer.verify(hash, "a password of mine"));
}

TEST_CASE("beyond those at work and those waiting, callers are turned away and counted") {
  telemetry::Metrics metrics;
  PasswordDesk desk({.cost = {.memory_bytes = std::size_t{64} << 20, .passes = 3},
                     .at_once = 1,
                     .queue_limit = 2},
                    metrics);
  constexpr int kCallers = 8;
  std::latch start(kCallers);
  std::atomic<int> served = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&] {
        start.arrive_and_wait();
        try {
          desk.hash("a password of mine");
          ++served;
        } catch (const Error& error) {
          if (error.code() == ErrorCode::overloaded) ++refused;
        }
      });
    }
  }
  CHECK(served >= 3);
  CHECK(refused >= 1);
  CHECK(served + refused == kCallers);
  const auto text = metrics.prometheus_text();
  CHECK(text.find("\nargon2_refused_total " + std::to_string(refused) + "\n") != std::string::npos);
  CHECK(text.find("\nargon2_queue_length 0\n") != std::string::npos);
}
