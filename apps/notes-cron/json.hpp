#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "cli/exit_code.hpp"
#include "scheduler/history.hpp"
#include "scheduler/job.hpp"
#include "scheduler/job_file.hpp"
#include "scheduler/lease.hpp"
#include "scheduler/run.hpp"
#include "scheduler/run_record.hpp"
#include "scheduler/scheduler.hpp"
#include "service/readiness.hpp"

/// What --json prints: each one object on one line.
namespace notes::cron_app {

/// {"next":[…],"warnings":[…]}
std::string explanation_json(const std::vector<std::string>& next,
                             const std::vector<std::string>& warnings);

/// {"file":…,"jobs":3,"problems":[{"file":…,"line":1,"column":1,"text":…}],"warnings":[…]}
std::string json_of(const scheduler::JobFile& file, const std::string& path);

/// A tick that is to come.
struct ComingTick {
  std::string job;
  scheduler::Tick tick;
  std::string local;  ///< RFC 3339 with the zone's offset
};
/// {"next":[{"job":…,"at":…,"due_at":…,"nominal":…,"fold":0}]}
std::string json_of(const std::vector<ComingTick>& ticks);

/// A job, what it is, and when it comes next.
struct ListedJob {
  scheduler::JobDefinition job;
  const scheduler::BuiltinJob* builtin = nullptr;
  std::optional<std::string> next = {};  ///< RFC 3339 with the zone's offset
};
/// {"jobs":[…]}
std::string json_of(const std::vector<ListedJob>& jobs);
std::string json_of(const ListedJob& job);

/// {"runs":[…],"skipped":[…]}
std::string json_of(const std::vector<scheduler::RunRecord>& runs,
                    const std::vector<scheduler::SkippedTick>& skipped);
/// The run's members and "output".
std::string json_of(const scheduler::RunRecord& run, const std::string& output);
std::string json_of(const std::vector<scheduler::RunRecord>& runs);

/// A job as it stands in the database.
struct JobStatus {
  scheduler::JobState state;
  std::optional<Timestamp> last_success = {};
  std::optional<scheduler::RunRecord> last_run = {};
};
struct Status {
  std::optional<scheduler::LeaderLease::State> lease = {};
  Timestamp now;
  std::optional<scheduler::Pause> pause_of_all = {};
  std::vector<JobStatus> jobs = {};
  std::vector<scheduler::RunRecord> live = {};
  std::chrono::milliseconds lag{0};  ///< how long the most overdue tick waits for a leader

  bool led() const { return lease && lease->remaining.count() > 0; }
};
std::string json_of(const Status& status);

/// What a scheduler says of itself: {"status":"ok","tick_age_ms":12,"leader":true,…}
std::string json_of(const scheduler::Health& health, bool alive);
/// {"ready":true,"checks":[{"name":"database","passed":true,"detail":…}]}
std::string json_of(const service::Readiness& readiness);

/// {"changed":true}
std::string changed_json(bool changed);

/// What stands in place of a command's object when it failed.
std::string json_of(const Error& error, cli::ExitCode code);

}  // namespace notes::cron_app
