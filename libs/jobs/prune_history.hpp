#pragma once

#include <functional>
#include <string_view>

#include "jobs/arguments.hpp"
#include "scheduler/job.hpp"
#include "scheduler/run.hpp"

namespace notes::jobs {

/// How much is kept of the job of this name.
using RetentionOf = std::function<scheduler::Retention(std::string_view job)>;

/// Deletes what is kept of past runs and ticks beyond each job's retention.
void prune_history(scheduler::Run& run, const Arguments& arguments, const RetentionOf& retention);

}  // namespace notes::jobs
