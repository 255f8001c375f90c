#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/timestamp.hpp"
#include "db/session.hpp"
#include "domain/user.hpp"

/// Users by the thousand: what jobs do with them, a range of ids at a time. Each function runs in
/// its caller's transaction and throws db::StatementError.
namespace notes::store {

/// Somebody who has not been here since.
struct InactiveUser {
  domain::UserId id;
  std::string email;
  Timestamp last_seen_at;  ///< the last login; when the user was made, if there was none

  friend bool operator==(const InactiveUser&, const InactiveUser&) = default;
};

/// At most `limit` active users behind `after`, in the order of their ids, who have not logged in
/// and whose sessions and tokens were not used since `cutoff`. Never the local user, nor the
/// administrator who was here last: one always remains.
std::vector<InactiveUser> list_inactive_users(db::Session& session, Timestamp cutoff,
                                              domain::UserId after, std::size_t limit);
/// How many list_inactive_users() would return in all, behind `after`.
std::int64_t count_inactive_users(db::Session& session, Timestamp cutoff, domain::UserId after);
/// Deactivates those that list_inactive_users() with the same arguments names, ends their sessions
/// and revokes their tokens. Returns them.
std::vector<InactiveUser> deactivate_inactive_users(db::Session& session, Timestamp cutoff,
                                                    domain::UserId after, std::size_t limit,
                                                    Timestamp now);

struct NamedUser {
  domain::UserId id;
  std::string display_name;
};

/// At most `limit` users behind `after` that have no slug, in the order of their ids.
std::vector<NamedUser> list_users_without_slug(db::Session& session, domain::UserId after,
                                               std::size_t limit);
std::int64_t count_users_without_slug(db::Session& session, domain::UserId after);
/// Gives the user the slug, unless somebody has it or the user has one. True when it was given.
bool give_slug(db::Session& session, domain::UserId user, const std::string& slug);

std::int64_t count_users(db::Session& session, domain::UserId after);
/// The last of the first `limit` ids behind `after`; nullopt when there is none.
std::optional<domain::UserId> end_of_user_range(db::Session& session, domain::UserId after,
                                                std::size_t limit);

}  // namespace notes::store
