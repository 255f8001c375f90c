#include "jobs/cleanup_expired.hpp"

#include "jobs/summary.hpp"
#include "store/expired.hpp"

namespace notes::jobs {
namespace {

using scheduler::Chunk;
using scheduler::Run;

std::int64_t count(const Run& run, const store::ExpiringRows& rows, Timestamp cutoff) {
  return run.database().read(
      [&](db::Session& session) { return store::count_expired(session, rows, cutoff); });
}

void only_count(Run& run, const store::ExpiringRows& rows, Timestamp cutoff) {
  const auto expired = count(run, rows, cutoff);
  run.chunk([&](db::Session&) {
    return Chunk{std::string(rows.name),
                 {{"processed", expired}, {"would_delete_" + std::string(rows.name), expired}}};
  });
}

void remove(Run& run, const store::ExpiringRows& rows, Timestamp cutoff, std::size_t limit) {
  std::int64_t deleted = 0;
  do {
    run.chunk([&](db::Session& session) {
      deleted = store::delete_expired(session, rows, cutoff, limit);
      return Chunk{std::string(rows.name),
                   {{"processed", deleted}, {"deleted_" + std::string(rows.name), deleted}}};
    });
  } while (deleted == static_cast<std::int64_t>(limit));
}

}  // namespace

void cleanup_expired(Run& run, const Arguments& arguments) {
  const auto cutoff = run.reference_time() - arguments.duration("keep");
  const auto limit = arguments.chunk();
  std::int64_t left = 0;
  for (const auto& rows : store::expiring_rows()) left += count(run, rows, cutoff);
  run.expect(processed(run) + left);

  // What has been deleted is not counted again; what was only counted is.
  bool counted_before = !run.apply() && !run.checkpoint().empty();
  for (const auto& rows : store::expiring_rows()) {
    if (run.apply()) {
      remove(run, rows, cutoff, limit);
    } else if (!counted_before) {
      only_count(run, rows, cutoff);
    } else {
      counted_before = rows.name != run.checkpoint();
    }
  }
}

}  // namespace notes::jobs
