#include "store/users.hpp"

#include <algorithm>

#include "db/dialect.hpp"
#include "store/access_tokens.hpp"
#include "store/row_text.hpp"

namespace notes::store {
namespace {

using domain::UserId;

// :p0 the cutoff, :p1 the local user, :p2 the id behind which to begin. With no administrator at
// all the inner SELECT is NULL: hence the role beside it.
constexpr auto kInactive =
    "u.deactivated_at IS NULL AND COALESCE(u.last_login_at, u.created_at) < :p0 "
    "AND u.id <> :p1 AND u.id > :p2 "
    "AND NOT (u.role = 'admin' AND u.id = ("
    "SELECT k.id FROM users k WHERE k.role = 'admin' AND k.deactivated_at IS NULL "
    "ORDER BY COALESCE(k.last_login_at, k.created_at) DESC, k.id DESC LIMIT 1)) "
    "AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = u.id AND s.last_used_at >= :p0) "
    "AND NOT EXISTS (SELECT 1 FROM access_tokens t "
    "WHERE t.user_id = u.id AND t.last_used_at >= :p0)";

constexpr auto kInactiveColumns =
    "CAST(id AS TEXT), email, CAST(COALESCE(last_login_at, created_at) AS TEXT)";

constexpr auto kEndSessions = "DELETE FROM sessions WHERE user_id = :p0";
constexpr auto kRevokeTokens =
    "UPDATE access_tokens SET revoked_at = :p0 WHERE user_id = :p1 AND revoked_at IS NULL";

constexpr auto kWithoutSlug =
    "SELECT CAST(id AS TEXT), display_name FROM users WHERE slug IS NULL AND id > :p0 "
    "ORDER BY id LIMIT CAST(:p1 AS BIGINT)";
constexpr auto kCountWithoutSlug =
    "SELECT CAST(COUNT(*) AS TEXT) FROM users WHERE slug IS NULL AND id > :p0";

constexpr auto kGiveSlug =
    "UPDATE users SET slug = :p0 WHERE id = :p1 AND slug IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM users other WHERE other.slug = :p0)";

constexpr auto kCountUsers = "SELECT CAST(COUNT(*) AS TEXT) FROM users WHERE id > :p0";
constexpr auto kEndOfRange =
    "SELECT CAST(id AS TEXT) FROM "
    "(SELECT id FROM users WHERE id > :p0 ORDER BY id LIMIT CAST(:p1 AS BIGINT)) AS page "
    "ORDER BY id DESC LIMIT 1";

struct GiveSlug {
  explicit GiveSlug(db::Session& session) : statement(session, kGiveSlug, 2, 0) {}

  db::PreparedQuery statement;
};

std::vector<InactiveUser> inactive(const std::vector<std::vector<db::Text>>& rows) {
  std::vector<InactiveUser> users;
  users.reserve(rows.size());
  for (const auto& row : rows) {
    users.push_back(
        {.id = id_of<UserId>(row[0]), .email = text_of(row[1]), .last_seen_at = time_of(row[2])});
  }
  std::sort(users.begin(), users.end(),
            [](const auto& left, const auto& right) { return left.id < right.id; });
  return users;
}

std::vector<db::Text> inactive_parameters(Timestamp cutoff, UserId after) {
  return {to_string(cutoff), to_string(domain::kLocalUser), to_string(after)};
}

}  // namespace

std::vector<InactiveUser> list_inactive_users(db::Session& session, Timestamp cutoff, UserId after,
                                              std::size_t limit) {
  static const auto statement = std::string("SELECT ") + kInactiveColumns + " FROM users u WHERE " +
                                kInactive + " ORDER BY u.id LIMIT CAST(:p3 AS BIGINT)";
  auto parameters = inactive_parameters(cutoff, after);
  parameters.push_back(std::to_string(limit));
  return inactive(db::query(session, statement, parameters));
}

std::int64_t count_inactive_users(db::Session& session, Timestamp cutoff, UserId after) {
  static const auto statement =
      std::string("SELECT CAST(COUNT(*) AS TEXT) FROM users u WHERE ") + kInactive;
  return number_of(db::query(session, statement, inactive_parameters(cutoff, after)));
}

std::vector<InactiveUser> deactivate_inactive_users(db::Session& session, Timestamp cutoff,
                                                    UserId after, std::size_t limit,
                                                    Timestamp now) {
  static const auto statement =
      std::string("UPDATE users SET deactivated_at = :p4, updated_at = :p5 WHERE id IN (") +
      "SELECT u.id FROM users u WHERE " + kInactive +
      " ORDER BY u.id LIMIT CAST(:p3 AS BIGINT)) RETURNING " + kInactiveColumns;
  auto parameters = inactive_parameters(cutoff, after);
  parameters.insert(parameters.end(), {std::to_string(limit), to_string(now), to_string(now)});
  auto users = inactive(db::query(session, statement, parameters));
  if (!users.empty()) session.dialect().notify(session, kCredentialsChannel);
  for (const auto& user : users) {
    db::query(session, kEndSessions, {to_string(user.id)});
    db::query(session, kRevokeTokens, {to_string(now), to_string(user.id)});
  }
  return users;
}

std::vector<NamedUser> list_users_without_slug(db::Session& session, UserId after,
                                               std::size_t limit) {
  std::vector<NamedUser> users;
  for (const auto& row :
       db::query(session, kWithoutSlug, {to_string(after), std::to_string(limit)})) {
    users.push_back({.id = id_of<UserId>(row[0]), .display_name = text_of(row[1])});
  }
  return users;
}

std::int64_t count_users_without_slug(db::Session& session, UserId after) {
  return number_of(db::query(session, kCountWithoutSlug, {to_string(after)}));
}

bool give_slug(db::Session& session, UserId user, const std::string& slug) {
  return session.kept<GiveSlug>().statement.change({slug, to_string(user)}) == 1;
}

std::int64_t count_users(db::Session& session, UserId after) {
  return number_of(db::query(session, kCountUsers, {to_string(after)}));
}

std::optional<UserId> end_of_user_range(db::Session& session, UserId after, std::size_t limit) {
  const auto rows = db::query(session, kEndOfRange, {to_string(after), std::to_string(limit)});
  if (rows.empty()) return std::nullopt;
  return id_of<UserId>(rows.front()[0]);
}

}  // namespace notes::store
