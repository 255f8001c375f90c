#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.hpp"
#include "scheduler/job.hpp"
#include "scheduler/run_record.hpp"

/// Jobs and runs in words, as the file of jobs and the tables show them.
namespace notes::cron_app {

/// "builtin", "sql" or "command".
std::string_view kind_of(const scheduler::JobDefinition& job);
/// The builtin's name, the file, or the command line.
std::string work_text(const scheduler::JobDefinition& job);
std::string_view to_string(scheduler::Overlap overlap);
std::string_view to_string(scheduler::CatchUp catch_up);

/// In the job's zone, with its offset; nullopt when it has no schedule, or nothing comes.
std::optional<std::string> next_fire(const scheduler::JobDefinition& job, Timestamp after);

/// "deleted 3, processed 3"
std::string counters_text(const scheduler::Counters& counters);

std::int64_t milliseconds_between(Timestamp earlier, Timestamp later);

}  // namespace notes::cron_app
