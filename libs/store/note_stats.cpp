#include "store/note_stats.hpp"

#include "db/query.hpp"

namespace notes::store {
namespace {

constexpr auto kRecompute =
    "INSERT INTO note_stats (user_id, note_count, body_characters, computed_at) "
    "SELECT u.id, COUNT(n.id), COALESCE(SUM(LENGTH(n.body)), 0), :p0 "
    "FROM users u LEFT JOIN notes n ON n.owner_id = u.id AND n.deleted_at IS NULL "
    "WHERE u.id > :p1 AND u.id <= :p2 GROUP BY u.id "
    "ON CONFLICT (user_id) DO UPDATE SET note_count = excluded.note_count, "
    "body_characters = excluded.body_characters, computed_at = excluded.computed_at "
    "WHERE note_stats.note_count <> excluded.note_count "
    "OR note_stats.body_characters <> excluded.body_characters "
    "RETURNING CAST(user_id AS TEXT)";

// Those that were right are right as of now.
constexpr auto kConfirm =
    "UPDATE note_stats SET computed_at = :p0 WHERE user_id > :p1 AND user_id <= :p2";

constexpr auto kDrop = "DELETE FROM note_stats WHERE user_id = :p0";

}  // namespace

std::int64_t recompute_note_stats(db::Session& session, domain::UserId after, domain::UserId last,
                                  Timestamp as_of) {
  const std::vector<db::Text> parameters{to_string(as_of), to_string(after), to_string(last)};
  const auto changed = db::query(session, kRecompute, parameters).size();
  db::query(session, kConfirm, parameters);
  return static_cast<std::int64_t>(changed);
}

void drop_note_stats(db::Session& session, domain::UserId user) {
  db::query(session, kDrop, {to_string(user)});
}

}  // namespace notes::store
