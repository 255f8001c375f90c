#include "store/consistency.hpp"

#include <array>

#include <fmt/format.h>

#include "store/row_text.hpp"

namespace notes::store {
namespace {

constexpr std::array kRules{
    // Foreign keys forbid these; SQLite holds to them only on connections that ask for it.
    ConsistencyRule{"notes_without_owner", "notes whose owner is not there",
                    "SELECT CAST(n.id AS TEXT) AS offender FROM notes n "
                    "LEFT JOIN users u ON u.id = n.owner_id WHERE u.id IS NULL"},
    ConsistencyRule{"tags_without_owner", "tags whose owner is not there",
                    "SELECT CAST(t.id AS TEXT) AS offender FROM tags t "
                    "LEFT JOIN users u ON u.id = t.owner_id WHERE u.id IS NULL"},
    ConsistencyRule{"note_tags_without_end", "tags on notes where the note or the tag is not there",
                    "SELECT CAST(nt.note_id AS TEXT) AS offender FROM note_tags nt "
                    "LEFT JOIN notes n ON n.id = nt.note_id LEFT JOIN tags t ON t.id = nt.tag_id "
                    "WHERE n.id IS NULL OR t.id IS NULL"},
    ConsistencyRule{"sessions_without_user", "sessions whose user is not there",
                    "SELECT CAST(s.id AS TEXT) AS offender FROM sessions s "
                    "LEFT JOIN users u ON u.id = s.user_id WHERE u.id IS NULL"},
    ConsistencyRule{"access_tokens_without_user", "access tokens whose user is not there",
                    "SELECT CAST(t.id AS TEXT) AS offender FROM access_tokens t "
                    "LEFT JOIN users u ON u.id = t.user_id WHERE u.id IS NULL"},
    ConsistencyRule{"tags_of_others", "notes with a tag of another user",
                    "SELECT CAST(n.id AS TEXT) AS offender FROM note_tags nt "
                    "JOIN notes n ON n.id = nt.note_id JOIN tags t ON t.id = nt.tag_id "
                    "WHERE n.owner_id <> t.owner_id"},
    ConsistencyRule{"times_out_of_order", "notes changed or trashed before they were made",
                    "SELECT CAST(id AS TEXT) AS offender FROM notes "
                    "WHERE updated_at < created_at OR deleted_at < created_at"},
    ConsistencyRule{"users_without_slug", "users that have no slug (backfill-user-slugs gives one)",
                    "SELECT CAST(id AS TEXT) AS offender FROM users WHERE slug IS NULL"},
    ConsistencyRule{"deactivated_users_logged_in", "deactivated users with a session",
                    "SELECT DISTINCT CAST(u.id AS TEXT) AS offender FROM users u "
                    "JOIN sessions s ON s.user_id = u.id WHERE u.deactivated_at IS NOT NULL"},
    ConsistencyRule{"terms_without_note", "search terms whose note is not there",
                    "SELECT CAST(s.note_id AS TEXT) AS offender FROM note_search s "
                    "LEFT JOIN notes n ON n.id = s.note_id WHERE n.id IS NULL"},
    // Only where nothing has changed since: numbers that are merely old are no offence.
    ConsistencyRule{"note_stats_wrong",
                    "users whose counted notes are not those they have (recompute-note-stats "
                    "counts anew)",
                    "SELECT CAST(s.user_id AS TEXT) AS offender FROM note_stats s "
                    "LEFT JOIN notes n ON n.owner_id = s.user_id "
                    "GROUP BY s.user_id, s.note_count, s.body_characters, s.computed_at "
                    "HAVING (MAX(n.updated_at) IS NULL OR MAX(n.updated_at) < s.computed_at) "
                    "AND (COUNT(CASE WHEN n.deleted_at IS NULL THEN n.id END) <> s.note_count "
                    "OR COALESCE(SUM(CASE WHEN n.deleted_at IS NULL THEN LENGTH(n.body) END), 0) "
                    "<> s.body_characters)"},
};

}  // namespace

std::span<const ConsistencyRule> consistency_rules() { return kRules; }

Offenders find_offenders(db::Session& session, const ConsistencyRule& rule, std::size_t examples) {
  Offenders found;
  const auto count =
      fmt::format("SELECT CAST(COUNT(*) AS TEXT) FROM ({}) AS offenders", rule.statement);
  found.count = number_of(db::query(session, count));
  if (found.count == 0) return found;
  const auto first = fmt::format(
      "SELECT offender FROM ({}) AS offenders ORDER BY offender LIMIT CAST(:p0 AS BIGINT)",
      rule.statement);
  for (const auto& row : db::query(session, first, {std::to_string(examples)})) {
    found.examples.push_back(text_of(row[0]));
  }
  return found;
}

}  // namespace notes::store
