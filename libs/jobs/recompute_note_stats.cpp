#include "jobs/recompute_note_stats.hpp"

#include <optional>

#include "jobs/summary.hpp"
#include "jobs/user_range.hpp"
#include "store/note_stats.hpp"
#include "store/users.hpp"

namespace notes::jobs {
namespace {

/// What was written so shortly before a range is counted may not be committed yet, and be counted
/// next time.
constexpr std::chrono::seconds kSettled{10};

}  // namespace

void recompute_note_stats(scheduler::Run& run, const Arguments& arguments) {
  const auto limit = arguments.chunk();
  auto after = last_user_done(run);
  std::int64_t left =
      run.database().read([&](db::Session& session) { return store::count_users(session, after); });
  run.expect(processed(run) + left);

  std::int64_t done = 0;
  std::optional<domain::UserId> last;
  do {
    run.chunk([&](db::Session& session) {
      last = store::end_of_user_range(session, after, limit);
      if (!last) return scheduler::Chunk{to_string(after), {}};
      const auto as_of = run.clock().now() - kSettled;
      const auto changed = store::recompute_note_stats(session, after, *last, as_of);
      done = store::count_users(session, after) - store::count_users(session, *last);
      return scheduler::Chunk{to_string(*last), {{"processed", done}, {"changed", changed}}};
    });
    if (last) after = *last;
  } while (last);
}

}  // namespace notes::jobs
