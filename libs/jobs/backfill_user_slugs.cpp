#include "jobs/backfill_user_slugs.hpp"

#include <algorithm>

#include "domain/slug.hpp"
#include "jobs/summary.hpp"
#include "jobs/user_range.hpp"
#include "store/users.hpp"

namespace notes::jobs {
namespace {

/// False when somebody else has given the user a slug meanwhile.
bool give_free_slug(db::Session& session, const store::NamedUser& user) {
  const auto candidates = domain::slug_candidates(user.display_name, user.id);
  return std::any_of(candidates.begin(), candidates.end(), [&](const std::string& slug) {
    return store::give_slug(session, user.id, slug);
  });
}

}  // namespace

void backfill_user_slugs(scheduler::Run& run, const Arguments& arguments) {
  const auto limit = arguments.chunk();
  auto after = last_user_done(run);
  run.expect(processed(run) + run.database().read([&](db::Session& session) {
    return store::count_users_without_slug(session, after);
  }));

  std::vector<store::NamedUser> users;
  do {
    run.chunk([&](db::Session& session) {
      users = store::list_users_without_slug(session, after, limit);
      const auto given = std::count_if(users.begin(), users.end(), [&](const auto& user) {
        return give_free_slug(session, user);
      });
      return scheduler::Chunk{
          to_string(users.empty() ? after : users.back().id),
          {{"processed", static_cast<std::int64_t>(users.size())}, {"given", given}}};
    });
    if (!users.empty()) after = users.back().id;
  } while (users.size() == limit);
}

}  // namespace notes::jobs
