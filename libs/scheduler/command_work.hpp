#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "config/variables.hpp"
#include "scheduler/boot_clock.hpp"
#include "scheduler/job.hpp"
#include "scheduler/run.hpp"
#include "scheduler/run_record.hpp"

namespace notes::scheduler {

/// What a command needs beside its run.
struct CommandOptions {
  /// The environment of this program: the command gets it without what command_environment()
  /// leaves out.
  config::Variables variables = {};
  /// Until when the run is ours if nothing more is heard: past it the command is ended, also when
  /// this process is stopped or gone. Asked about five times a second, from the run's thread; must
  /// not throw.
  std::function<BootClock::time_point()> trusted_until = {};
  std::optional<std::chrono::milliseconds> timeout = {};  ///< of this attempt
  std::optional<std::int64_t> epoch = {};                 ///< none for an `exec`
  /// The program that watches over the command: its main() calls supervise() (supervisor.hpp). This
  /// program itself, unless a test says otherwise.
  std::string supervisor = "/proc/self/exe";
};

/// Runs the command to its end in a session of its own under a supervising process, which sends
/// TERM to everything the command has begun, and KILL after `work.grace`: at the timeout, when
/// run.stop() is requested, when trust runs out, and when this process dies. What the command left
/// running behind it is ended in the same way. Returns
///   succeeded  it exited with status 0;
///   failed     "exited with status 3" (with its exit_code), "killed by signal 9", "timeout after
///              10m", "/usr/bin/x: there is no such program";
///   cancelled  it was ended because a stop was requested or trust ran out;
///   lost       the supervisor was killed, so that nobody knows how the command ended.
/// Each with the output (BoundedOutput; standard output and error in one). Throws Error{internal}
/// when no process can be started.
Outcome run_command(const CommandWork& work, const Run& run, const CommandOptions& options);

/// The command's environment: that of this program without secrets (config::Exposure::secret: a
/// key that signs tokens is no job's business; DATABASE_URL stays, for jobs that work on the
/// database), and
///   NOTES_CRON_JOB, NOTES_CRON_RUN, NOTES_CRON_ATTEMPT, NOTES_CRON_APPLY ("true" or "false"),
///   NOTES_CRON_EPOCH, not for an `exec`,
///   NOTES_CRON_TICK ("2025-11-02T01:30:00[America/New_York]") and NOTES_CRON_DUE (RFC 3339), for
///   runs of a schedule,
///   NOTES_CRON_PARAM_ and its name in capitals, for each parameter.
config::Variables command_environment(config::Variables variables, const RunRecord& run,
                                      std::optional<std::int64_t> epoch);

}  // namespace notes::scheduler
