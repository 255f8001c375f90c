#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/query.hpp"
#include "db/session.hpp"
#include "scheduler/ledger.hpp"
#include "scheduler/run_record.hpp"

namespace notes::scheduler {

// The statements of Ledger, each inside somebody else's transaction. They throw what db::query
// throws.

/// The columns of a RunRecord as text, for SELECT and RETURNING.
inline constexpr std::string_view kRunColumns =
    "CAST(id AS TEXT), job, origin, nominal, CAST(fold AS TEXT), CAST(due_at AS TEXT), "
    "CAST(apply AS TEXT), parameters, state, CAST(attempt AS TEXT), CAST(owner AS TEXT), "
    "owner_name, CAST(not_before AS TEXT), CAST(created_at AS TEXT), CAST(started_at AS TEXT), "
    "CAST(finished_at AS TEXT), checkpoint, counters, error, CAST(exit_code AS TEXT)";
inline constexpr std::size_t kRunColumnCount = 20;
/// A run that has not ended, as the partial index of cron_runs says it.
inline constexpr std::string_view kLive = "state IN ('queued', 'running', 'retrying')";

RunRecord read_run(const std::vector<db::Text>& row);
std::vector<RunRecord> read_runs(const std::vector<std::vector<db::Text>>& rows);

/// The leadership as its row has it.
struct Leader {
  Leadership leadership;
  std::string name;
};
/// Keeps the leadership from passing on until the transaction ends. Throws Error{stale} when it
/// has.
Leader lock_leadership(db::Session& session, const Leadership& leadership);
/// Lets the leader find that something was asked of it. It locks the lease's row: the first thing
/// in a transaction, as lock_leadership() is, so that nobody waits for each other.
void tell_leader(db::Session& session);

/// Until when a run is somebody's.
struct Hold {
  std::optional<std::int64_t> epoch = {};  ///< as long as this leader leads
  std::string expires_at = "NULL";         ///< an SQL expression
};
/// Inserts runs as they are, in any number.
void insert_runs(db::Session& session, std::span<const RunRecord> runs, const Hold& hold);

/// A job's row, made when it is missing, is kept for this transaction: who decides whether a run of
/// the job may begin holds it.
void lock_job(db::Session& session, std::string_view job, Timestamp now);

std::vector<JobState> read_jobs(db::Session& session);
/// Moves watermarks, never backwards, makes missing rows, and locks all of them, in the order of
/// their names.
void move_watermarks(db::Session& session, std::vector<JobState> jobs);
/// Writes schedules and watermarks as they are.
void write_schedules(db::Session& session, std::vector<JobState> jobs);

/// Ends live runs that nobody was asked about.
void cancel_runs(db::Session& session, const std::vector<RunId>& runs, std::string_view why,
                 Timestamp now);

/// Whether a row is still of this owner and attempt, and running, is part of both statements: false
/// when it is not, and nothing is written.
bool write_checkpoint(db::Session& session, const Ownership& ownership, std::string_view checkpoint,
                      const Counters& counters);
bool write_outcome(db::Session& session, const Ownership& ownership, const Outcome& outcome,
                   Timestamp now);

/// Calls work(begin, end) for the parts of `count` rows that fit into one statement.
template <typename Work>
void in_portions(std::size_t count, Work work) {
  constexpr std::size_t kRows = 200;
  for (std::size_t begin = 0; begin < count; begin += kRows) {
    work(begin, begin + kRows < count ? begin + kRows : count);
  }
}

}  // namespace notes::scheduler
