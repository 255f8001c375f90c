#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "db/database.hpp"
#include "scheduler/lease.hpp"
#include "scheduler/run_record.hpp"

namespace notes::scheduler {

/// The name that stands for every job, in a pause and in its row.
inline constexpr std::string_view kAllJobs = "*";

/// A pause of a job, or of all.
struct Pause {
  Timestamp since;
  std::optional<Timestamp> until = {};
  std::string by = {};
};

/// What is kept of a job between runs.
struct JobState {
  std::string name;
  std::string schedule;  ///< cron::Schedule::canonical() when it was last seen; "" when not in use
  Timestamp watermark;   ///< every tick due at or before it has its row
  std::optional<Pause> pause = {};
};

/// A tick whose turn has come, and what is to be done about it.
struct Decision {
  std::string job;
  Tick tick;
  std::string skip_reason = {};  ///< empty: run it
  Overlap overlap = Overlap::skip;
  bool apply = false;
  Parameters parameters = {};
};

struct Claimed {
  std::vector<RunRecord> started;  ///< now running and ours
  std::vector<RunRecord> queued;   ///< they wait for a run of their job to end
  std::vector<RunId> replaced;     ///< ended as cancelled by Overlap::replace
  std::size_t skipped = 0;         ///< with their reasons written, overlap among them
};

/// The scheduler's tables: each call is one transaction, which the server ends when this process
/// stops in the middle of it for a second. Thread-safe; the database and the clock must outlive it.
/// Throws what db::Database throws.
class Ledger {
 public:
  Ledger(db::Database& database, const Clock& clock);

  /// Every job that has a row, by name; "*" among them while all are paused.
  std::vector<JobState> jobs();

  // The leader's. Each throws Error{stale}, and writes nothing, when the leadership has passed on.

  /// Makes the rows of the jobs in use. One that is new, was not in use, or whose schedule has
  /// changed begins at `now`: it never fires retroactively. With `keep_watermarks` a changed one
  /// goes on where it was. No watermark goes backwards. Jobs that are not named are marked as not
  /// in use. Returns what jobs() does.
  std::vector<JobState> adopt(const Leadership& leadership, const std::vector<JobState>& jobs,
                              bool keep_watermarks);

  /// Writes the ticks, their runs and the jobs' watermarks. A tick that has its row already is left
  /// alone. `decisions`: those of one job in due order. `watermarks`: by job, for those that move;
  /// never backwards.
  Claimed claim(const Leadership& leadership, std::span<const Decision> decisions,
                std::span<const JobState> watermarks);

  /// Takes over the runs that an earlier leader, or an earlier term of this one, left behind, each
  /// as a new attempt. Those of jobs in `at_most_once` end as lost, as do those of an `exec` whose
  /// process is gone; both are returned as they are now. A row that somebody holds locked is left
  /// for the next call.
  std::vector<RunRecord> take_over(const Leadership& leadership,
                                   const std::vector<std::string>& at_most_once);

  /// The runs that wait for their turn or their next attempt, the oldest first; of each job the
  /// hundred whose turn comes first.
  std::vector<RunRecord> waiting();
  /// Begins the next attempt of a waiting run. nullopt when it does not wait any more, or a run of
  /// its job is alive and `overlap` is skip (it ends as skipped) or queue (it goes on waiting).
  /// With Overlap::replace the others are cancelled; their ids are in `replaced`.
  struct Begun {
    RunRecord run;
    std::vector<RunId> replaced = {};
  };
  std::optional<Begun> begin(const Leadership& leadership, RunId run, Overlap overlap);

  // Of whoever owns a run.

  /// Inside the transaction of a piece of work, as its last statement: writes how far the run is.
  /// Throws Error{stale} when the run is not ours any more: the transaction must not commit.
  static void checkpoint(db::Session& session, const Ownership& ownership,
                         std::string_view checkpoint, const Counters& counters);
  /// Inside a transaction, as its last statement: ends the run. Throws as checkpoint() does.
  void finish_in(db::Session& session, const Ownership& ownership, const Outcome& outcome);

  struct Ending {
    Ownership ownership;
    Outcome outcome;
  };
  /// Ends attempts, all in one transaction; those that were not ours any more are left alone.
  /// Returns the runs that were ended.
  std::vector<RunId> finish(std::span<const Ending> endings);

  // Of a process that runs one job in the foreground; it must extend() the run before it expires.

  struct Request {
    std::string job;
    Origin origin = Origin::exec;
    bool apply = false;
    Parameters parameters = {};
  };
  /// Begins a run of one's own. Throws Error{locked} when a run of the job is alive, unless
  /// `overlap` is allow.
  RunRecord exec(const Request& request, const HolderId& owner, const std::string& owner_name,
                 Overlap overlap, std::chrono::milliseconds ttl);
  /// Takes the job's newest run that ended without success and has a checkpoint. Throws
  /// Error{not_found} when there is none, {locked} as exec() does.
  RunRecord resume(std::string_view job, const HolderId& owner, const std::string& owner_name,
                   Overlap overlap, std::chrono::milliseconds ttl);
  /// False when the run is not ours any more.
  bool extend(const Ownership& ownership, std::chrono::milliseconds ttl);

  // Anybody's: what is asked of the leader. Each also tells it, see LeaderLease::State::requests.

  /// A run that the leader will begin.
  RunRecord trigger(const Request& request);
  /// Runs for the ticks that have not been run, in the order of `ticks`; a tick that was is left
  /// alone. Returns them. In transactions of 200 ticks: one that failed half-way can be made again.
  std::vector<RunRecord> backfill(const Request& request, std::span<const Tick> ticks);
  /// "*" is every job. Throws Error{not_found} for a job that has no row.
  void pause(std::string_view job, const Pause& pause);
  /// False when it was not paused, or by somebody else than `paused_by` when that is given. "*"
  /// ends the pause of all, not those of single jobs.
  bool resume_job(std::string_view job, std::optional<std::string> paused_by = {});
  /// Asks the leader to resign. False when nobody leads.
  bool ask_to_step_down();

 private:
  db::Database& database_;
  const Clock& clock_;
};

}  // namespace notes::scheduler
