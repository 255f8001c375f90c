#pragma once

#include "jobs/arguments.hpp"
#include "scheduler/run.hpp"

namespace notes::jobs {

/// Gives the search's index the terms of the notes that it does not have yet; with `notes` "all"
/// looks at every note and mends the terms that are wrong.
void index_notes(scheduler::Run& run, const Arguments& arguments);

}  // namespace notes::jobs
