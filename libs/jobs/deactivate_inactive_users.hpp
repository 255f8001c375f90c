#pragma once

#include "jobs/arguments.hpp"
#include "scheduler/run.hpp"

namespace notes::jobs {

/// Deactivates the users who were not here for `days` days; a dry run says who they are.
void deactivate_inactive_users(scheduler::Run& run, const Arguments& arguments);

}  // namespace notes::jobs
