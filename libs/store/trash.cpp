#include "store/trash.hpp"

#include "store/row_text.hpp"

namespace notes::store {
namespace {

constexpr auto kCountTrashed =
    "SELECT CAST(COUNT(*) AS TEXT) FROM notes WHERE deleted_at IS NOT NULL AND deleted_at < :p0";

constexpr auto kDeleteTrashed =
    "DELETE FROM notes WHERE id IN (SELECT id FROM notes "
    "WHERE deleted_at IS NOT NULL AND deleted_at < :p0 "
    "ORDER BY deleted_at LIMIT CAST(:p1 AS BIGINT)) RETURNING CAST(id AS TEXT)";

}  // namespace

std::int64_t count_trashed_notes(db::Session& session, Timestamp cutoff) {
  return number_of(db::query(session, kCountTrashed, {to_string(cutoff)}));
}

std::int64_t delete_trashed_notes(db::Session& session, Timestamp cutoff, std::size_t limit) {
  const auto deleted =
      db::query(session, kDeleteTrashed, {to_string(cutoff), std::to_string(limit)});
  return static_cast<std::int64_t>(deleted.size());
}

}  // namespace notes::store
