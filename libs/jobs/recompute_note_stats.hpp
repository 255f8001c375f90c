#pragma once

#include "jobs/arguments.hpp"
#include "scheduler/run.hpp"

namespace notes::jobs {

/// Counts each user's notes anew.
void recompute_note_stats(scheduler::Run& run, const Arguments& arguments);

}  // namespace notes::jobs
