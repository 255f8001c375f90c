#include "scheduler/retry.hpp"

#include <chrono>
#include <set>

#include <doctest/doctest.h>

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;

RunId run(char last) {
  return *RunId::parse(std::string("01890000-0000-7000-8000-00000000000") + last);
}

TEST_CASE("a retry waits in the upper half of a span that doubles up to its limit") {
  JobDefinition job{.name = "job", .work = BuiltinWork{"job"}};
  job.retry_delay = 1s;
  job.retry_delay_limit = 10s;
  const std::chrono::milliseconds spans[] = {1s, 2s, 4s, 8s, 10s, 10s};
  for (std::int64_t attempt = 1; attempt <= 6; ++attempt) {
    CAPTURE(attempt);
    const auto delay = retry_delay(job, run('1'), attempt);
    CHECK(delay >= spans[attempt - 1] / 2);
    CHECK(delay <= spans[attempt - 1]);
    CHECK(delay == retry_delay(job, run('1'), attempt));
  }
  CHECK(retry_delay(job, run('1'), 1'000'000) <= 10s);
  std::set<std::chrono::microseconds> drawn;
  for (const char c : {'1', '2', '3', '4', '5'}) drawn.insert(retry_delay(job, run(c), 3));
  CHECK(drawn.size() == 5);
}

TEST_CASE("a delay of nothing, and one above its limit") {
  JobDefinition job{.name = "job", .work = BuiltinWork{"job"}};
  job.retry_delay = 0ms;
  CHECK(retry_delay(job, run('1'), 3) == 0us);
  job.retry_delay = 10min;
  job.retry_delay_limit = 1min;
  CHECK(retry_delay(job, run('1'), 1) <= 1min);
}

TEST_CASE("two retries are two attempts more, and none for what may run once") {
  JobDefinition job{.name = "job", .work = BuiltinWork{"job"}};
  CHECK_FALSE(may_retry(job, 1));
  job.retries = 2;
  CHECK(may_retry(job, 1));
  CHECK(may_retry(job, 2));
  CHECK_FALSE(may_retry(job, 3));
  job.work = CommandWork{.arguments = {"/bin/true"}, .semantics = Semantics::at_most_once};
  CHECK_FALSE(may_retry(job, 1));
}

}  // namespace
}  // namespace notes::scheduler
