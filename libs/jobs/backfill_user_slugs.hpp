#pragma once

#include "jobs/arguments.hpp"
#include "scheduler/run.hpp"

namespace notes::jobs {

/// Gives a slug to each user that has none.
void backfill_user_slugs(scheduler::Run& run, const Arguments& arguments);

}  // namespace notes::jobs
