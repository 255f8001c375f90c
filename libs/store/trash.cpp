#include "store/trash.hpp"

#include <map>
#include <string>
#include <vector>

#include "db/query.hpp"
#include "domain/note.hpp"
#include "store/note_feed.hpp"
#include "store/row_text.hpp"

namespace notes::store {
namespace {

constexpr auto kCountTrashed =
    "SELECT CAST(COUNT(*) AS TEXT) FROM notes WHERE deleted_at IS NOT NULL AND deleted_at < :p0";

constexpr auto kChooseTrashed =
    "SELECT CAST(id AS TEXT), CAST(owner_id AS TEXT) FROM notes "
    "WHERE deleted_at IS NOT NULL AND deleted_at < :p0 "
    "ORDER BY deleted_at LIMIT CAST(:p1 AS BIGINT)";

// One that was taken out of the trash since it was chosen stays.
constexpr auto kDeleteTrashed =
    "DELETE FROM notes WHERE id = :p0 AND owner_id = :p1 AND deleted_at < :p2";

struct DeleteTrashed {
  explicit DeleteTrashed(db::Session& session) : query(session, kDeleteTrashed, 3, 0) {}
  db::PreparedQuery query;
};

/// The notes to delete, by their owners.
std::map<domain::UserId, std::vector<domain::NoteId>> choose(db::Session& session, Timestamp cutoff,
                                                             std::size_t limit) {
  std::map<domain::UserId, std::vector<domain::NoteId>> chosen;
  const auto rows = db::query(session, kChooseTrashed, {to_string(cutoff), std::to_string(limit)});
  for (const auto& row : rows) {
    chosen[id_of<domain::UserId>(row[1])].push_back(id_of<domain::NoteId>(row[0]));
  }
  return chosen;
}

}  // namespace

std::int64_t count_trashed_notes(db::Session& session, Timestamp cutoff) {
  return number_of(db::query(session, kCountTrashed, {to_string(cutoff)}));
}

std::int64_t delete_trashed_notes(db::Session& session, Timestamp cutoff, std::size_t limit,
                                  Timestamp now) {
  const auto before = to_string(cutoff);
  std::vector<Tombstone> tombstones;
  // Owner by owner in the order of their ids: two of these never wait for each other.
  for (const auto& [owner, notes] : choose(session, cutoff, limit)) {
    auto sequence = take_sequences(session, owner, static_cast<std::int64_t>(notes.size()));
    auto& remove = session.kept<DeleteTrashed>().query;
    for (const auto note : notes) {
      if (remove.change({to_string(note), to_string(owner), before}) == 0) continue;
      tombstones.push_back({.owner = owner, .sequence = sequence++, .note = note});
    }
  }
  bury(session, tombstones, now);
  return static_cast<std::int64_t>(tombstones.size());
}

}  // namespace notes::store
