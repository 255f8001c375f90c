#pragma once

#include "jobs/arguments.hpp"
#include "scheduler/run.hpp"

namespace notes::jobs {

/// Deletes the notes that were moved to the trash longer than `older_than` ago.
void purge_trash(scheduler::Run& run, const Arguments& arguments);

}  // namespace notes::jobs
