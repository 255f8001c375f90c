#pragma once

#include <string>
#include <vector>

#include "jobs/arguments.hpp"
#include "scheduler/run.hpp"
#include "store/consistency.hpp"

namespace notes::jobs {

/// A rule and what breaks it.
struct Finding {
  store::ConsistencyRule rule;
  store::Offenders offenders;
};

/// {"findings":[{"rule":…,"means":…,"count":2,"examples":[…]}],"rules":10} on one line.
std::string findings_json(const std::vector<Finding>& findings, std::size_t rules);
/// A line for each finding, in columns; "nothing found: 10 rules hold" when there is none.
std::string findings_table(const std::vector<Finding>& findings, std::size_t rules);

/// Looks at the rows for what must never be so, and prints it as `format` says: "table", "json", or
/// "both". Throws Error{invalid} when anything was found.
void consistency_report(scheduler::Run& run, const Arguments& arguments);

}  // namespace notes::jobs
