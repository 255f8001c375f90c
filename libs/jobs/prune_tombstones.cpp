#include "jobs/prune_tombstones.hpp"

#include "jobs/summary.hpp"
#include "store/note_feed.hpp"

namespace notes::jobs {

void prune_tombstones(scheduler::Run& run, const Arguments& arguments) {
  const auto cutoff = run.reference_time() - arguments.duration("older_than");
  const auto limit = arguments.chunk();
  const auto left = run.database().read(
      [&](db::Session& session) { return store::count_tombstones(session, cutoff); });
  const bool counted_before = !run.apply() && !run.checkpoint().empty();
  if (counted_before) return;
  if (!run.apply()) {
    run.chunk([&](db::Session&) {
      return scheduler::Chunk{"counted", {{"processed", left}, {"would_delete", left}}};
    });
    return;
  }
  run.expect(processed(run) + left);
  std::int64_t deleted = 0;
  do {
    run.chunk([&](db::Session& session) {
      deleted = store::delete_tombstones(session, cutoff, limit);
      return scheduler::Chunk{"deleting", {{"processed", deleted}, {"deleted", deleted}}};
    });
  } while (deleted >= static_cast<std::int64_t>(limit));
}

}  // namespace notes::jobs
