#pragma once

#include "jobs/arguments.hpp"
#include "scheduler/run.hpp"

namespace notes::jobs {

/// Deletes the tombstones of notes that were deleted for good long ago; who has not read the feed
/// of changes since then has to begin anew.
void prune_tombstones(scheduler::Run& run, const Arguments& arguments);

}  // namespace notes::jobs
