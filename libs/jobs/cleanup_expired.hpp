#pragma once

#include "jobs/arguments.hpp"
#include "scheduler/run.hpp"

namespace notes::jobs {

/// Deletes sessions, access tokens and idempotency records that have expired.
void cleanup_expired(scheduler::Run& run, const Arguments& arguments);

}  // namespace notes::jobs
