#pragma once

#include <chrono>
#include <cstdint>

#include "scheduler/job.hpp"
#include "scheduler/run_record.hpp"

namespace notes::scheduler {

/// How long a run waits after its failed attempt number `attempt` (from 1): retry_delay, doubled
/// with each, up to retry_delay_limit; of that span some moment in the upper half, taken from the
/// run's id, so that runs that failed together do not meet again and every replica says the same.
std::chrono::microseconds retry_delay(const JobDefinition& job, RunId run, std::int64_t attempt);

/// Whether a run whose attempt number `attempt` failed is tried again. Every attempt counts, also
/// one that ended because its process did. A command that may run at most once never is.
bool may_retry(const JobDefinition& job, std::int64_t attempt);

}  // namespace notes::scheduler
