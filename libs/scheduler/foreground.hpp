#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "config/variables.hpp"
#include "scheduler/job.hpp"
#include "scheduler/ledger.hpp"
#include "scheduler/run.hpp"

namespace notes::scheduler {

struct ForegroundTools {
  Run::Tools run;
  Ledger& ledger;
  std::span<const BuiltinJob> builtins;
  const config::Variables& variables;  ///< the environment of commands
};

/// One job, to be run now by somebody at a terminal, a CronJob or a timer.
struct ForegroundRequest {
  JobDefinition job;  ///< with Overlap::allow it is run though another run of it is alive
  bool apply = false;
  Parameters parameters = {};
  bool resume = false;          ///< go on with the newest run that stopped half-way
  std::string owner_name = {};  ///< host and process, for people
  /// How long after this process's end the run is taken for lost.
  std::chrono::milliseconds ttl = std::chrono::seconds(15);
};

struct ForegroundResult {
  RunRecord run;
  /// nullopt: it was taken for lost while it ran, so that nothing more could be written.
  std::optional<Outcome> outcome = {};
};

/// Runs a job on the calling thread, by the same rules as the scheduler does, but for retries:
/// there are none. The run stays ours as long as the database hears of us; when it does not, the
/// job is asked to end. `stop` ends it as cancelled.
///
/// Throws Error{locked} when another run of the job is alive, Error{not_found} when there is
/// nothing to resume, and what Ledger throws; how the job itself went is the result.
ForegroundResult run_in_foreground(const ForegroundTools& tools, const ForegroundRequest& request,
                                   const std::stop_token& stop);

}  // namespace notes::scheduler
