#include "scheduler/retry.hpp"

#include <algorithm>
#include <string>
#include <variant>

#include <fmt/format.h>

#include "scheduler/stable_hash.hpp"

namespace notes::scheduler {

using std::chrono::microseconds;

microseconds retry_delay(const JobDefinition& job, RunId run, std::int64_t attempt) {
  constexpr std::int64_t kMostDoublings = 40;  // 1 ms is 34 years by then, and nothing overflows
  const microseconds limit = job.retry_delay_limit;
  const auto doublings = std::clamp<std::int64_t>(attempt - 1, 0, kMostDoublings);
  microseconds span = std::min<microseconds>(job.retry_delay, limit);
  for (std::int64_t i = 0; i < doublings && span < limit; ++i) span = std::min(span * 2, limit);
  const auto half = static_cast<std::uint64_t>(std::max<std::int64_t>(span.count() / 2, 0));
  const auto part = stable_hash(fmt::format("{}\n{}", to_string(run), attempt)) % (half + 1);
  return span - microseconds(static_cast<std::int64_t>(part));
}

bool may_retry(const JobDefinition& job, std::int64_t attempt) {
  const auto* command = std::get_if<CommandWork>(&job.work);
  if (command != nullptr && command->semantics == Semantics::at_most_once) return false;
  return attempt <= static_cast<std::int64_t>(job.retries);
}

}  // namespace notes::scheduler
