#pragma once

#include "jobs/arguments.hpp"
#include "scheduler/run.hpp"

namespace notes::jobs {

/// Lets the database look at its tables, so that it plans its queries well.
void analyze_database(scheduler::Run& run, const Arguments& arguments);

}  // namespace notes::jobs
