#include "jobs/deactivate_inactive_users.hpp"

#include <fmt/format.h>

#include "jobs/summary.hpp"
#include "jobs/user_range.hpp"
#include "store/users.hpp"

namespace notes::jobs {

void deactivate_inactive_users(scheduler::Run& run, const Arguments& arguments) {
  constexpr std::size_t kMostDays = 36'500;
  const auto days = std::chrono::hours(24) * arguments.count("days", kMostDays);
  const auto cutoff = run.reference_time() - days;
  const auto limit = arguments.chunk();
  const bool apply = run.apply();
  auto after = last_user_done(run);
  run.expect(processed(run) + run.database().read([&](db::Session& session) {
    return store::count_inactive_users(session, cutoff, after);
  }));

  std::vector<store::InactiveUser> users;
  do {
    run.chunk([&](db::Session& session) {
      users =
          apply ? store::deactivate_inactive_users(session, cutoff, after, limit, run.clock().now())
                : store::list_inactive_users(session, cutoff, after, limit);
      const auto count = static_cast<std::int64_t>(users.size());
      return scheduler::Chunk{
          to_string(users.empty() ? after : users.back().id),
          {{"processed", count}, {apply ? "deactivated" : "would_deactivate", count}}};
    });
    for (const auto& user : users) {
      run.print(fmt::format("{} {} (last here {})\n", apply ? "deactivated" : "would deactivate",
                            user.email, to_string(user.last_seen_at)));
    }
    if (!users.empty()) after = users.back().id;
  } while (users.size() == limit);
}

}  // namespace notes::jobs
