#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>

#include "config/variables.hpp"
#include "scheduler/boot_clock.hpp"
#include "scheduler/job.hpp"
#include "scheduler/ledger.hpp"
#include "scheduler/run.hpp"

namespace notes::scheduler {

/// Why an attempt is to end before it is done.
enum class StopReason {
  none,
  timeout,   ///< of the job
  replaced,  ///< by a newer run, which has ended this one already
  lost,      ///< the leadership: somebody else takes the run over
  shutdown,  ///< of this process: somebody takes the run over
  person,    ///< pressed Ctrl-C
};

/// One attempt of a run: its work, whatever its kind, and how it ended.
class Attempt {
 public:
  struct Tools {
    Run::Tools run;
    Ledger& ledger;
    std::span<const BuiltinJob> builtins;
    const config::Variables& variables;  ///< the environment of commands
    /// See CommandOptions::trusted_until.
    std::function<BootClock::time_point()> trusted_until;
  };
  struct Subject {
    RunRecord record;                        ///< running and ours
    std::optional<std::int64_t> epoch = {};  ///< of the leader; none for an `exec`
    Timestamp turn = {};                     ///< since when it could begin
  };
  /// What `tools` refers to and `job` must outlive this.
  Attempt(const Tools& tools, const JobDefinition& job, const Subject& subject);

  struct Result {
    /// nullopt: nothing is to be written, as the run is not ours any more or is to be taken over.
    std::optional<Outcome> outcome = {};
    bool written = false;  ///< it stands in the row already, committed with the work
  };
  /// Does the work on the calling thread; whatever goes wrong is the outcome. Once.
  Result perform();

  /// Asks the work to end. The first reason counts. From any thread; does not wait.
  void stop(StopReason reason);
  StopReason stop_reason() const { return reason_; }
  /// Stops the statement that the work is in; see Run::interrupt.
  void interrupt() noexcept { run_.interrupt(); }

  const JobDefinition& job() const { return job_; }
  Timestamp turn() const { return turn_; }
  const RunRecord& record() const { return run_.record(); }
  const Ownership& ownership() const { return run_.ownership(); }

 private:
  Result work();
  Result run_builtin(const BuiltinWork& builtin);
  Result run_command(const CommandWork& command);
  Result failed(const Error* error, const char* what);
  Result ended(RunState state, std::string error);
  Outcome retried(Outcome outcome) const;

  Tools tools_;
  const JobDefinition& job_;
  const std::optional<std::int64_t> epoch_;
  const Timestamp turn_;
  std::stop_source stop_;
  std::atomic<StopReason> reason_ = StopReason::none;
  Run run_;
};

}  // namespace notes::scheduler
