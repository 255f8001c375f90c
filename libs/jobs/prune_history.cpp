#include "jobs/prune_history.hpp"

#include "scheduler/pruning.hpp"

namespace notes::jobs {
namespace {

using scheduler::Chunk;
using scheduler::Run;

void only_count(Run& run, const scheduler::PruneScope& scope) {
  run.chunk([&](db::Session& session) {
    const auto found = scheduler::count_prunable(session, scope);
    return Chunk{scope.job,
                 {{"processed", found.runs + found.ticks},
                  {"would_delete_runs", found.runs},
                  {"would_delete_ticks", found.ticks}}};
  });
}

void remove(Run& run, const scheduler::PruneScope& scope, const std::string& behind,
            std::size_t limit) {
  scheduler::Pruned pruned;
  do {
    run.chunk([&](db::Session& session) {
      pruned = scheduler::prune(session, scope, limit);
      // The job is done, and need not be looked at again, when less than a chunk was left.
      const bool more = pruned.runs + pruned.ticks >= static_cast<std::int64_t>(limit);
      return Chunk{more ? behind : scope.job,
                   {{"processed", pruned.runs + pruned.ticks},
                    {"deleted_runs", pruned.runs},
                    {"deleted_ticks", pruned.ticks}}};
    });
  } while (pruned.runs + pruned.ticks >= static_cast<std::int64_t>(limit));
}

}  // namespace

void prune_history(Run& run, const Arguments& arguments, const RetentionOf& retention) {
  const auto limit = arguments.chunk();
  auto behind = run.checkpoint();
  const auto jobs =
      run.database().read([](db::Session& session) { return scheduler::recorded_jobs(session); });
  for (const auto& job : jobs) {
    if (job <= behind) continue;
    const scheduler::PruneScope scope{
        .job = job, .retention = retention(job), .now = run.reference_time()};
    if (run.apply()) {
      remove(run, scope, behind, limit);
    } else {
      only_count(run, scope);
    }
    behind = job;
  }
}

}  // namespace notes::jobs
