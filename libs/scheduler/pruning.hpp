#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/timestamp.hpp"
#include "db/session.hpp"
#include "scheduler/job.hpp"

/// Forgetting the past. Each function runs in its caller's transaction and throws
/// db::StatementError.
namespace notes::scheduler {

/// Of which job, and how much of it is kept.
struct PruneScope {
  std::string job;
  Retention retention;
  Timestamp now;
};

struct Pruned {
  std::int64_t runs = 0;
  std::int64_t ticks = 0;

  friend bool operator==(const Pruned&, const Pruned&) = default;
};

/// The names of the jobs that have runs or ticks, sorted by their bytes.
std::vector<std::string> recorded_jobs(db::Session& session);

/// What prune() would delete now, apart from the ticks of the runs themselves. Runs that have ended
/// are let go when they are older than their outcome's age, or when its count of newer ones is
/// kept; of those that succeeded the newest one stays in any case: it says how long ago that was.
/// What failed, was cancelled, lost or skipped counts as failed. A tick goes after its run; one
/// that was skipped as a failed run does, but never before its job's watermark has passed it.
Pruned count_prunable(db::Session& session, const PruneScope& scope);

/// Deletes at most `limit` runs, and `limit` ticks.
Pruned prune(db::Session& session, const PruneScope& scope, std::size_t limit);

}  // namespace notes::scheduler
