#include "store/note_revisions.hpp"

#include <string>

#include <fmt/format.h>

#include "db/query.hpp"
#include "store/note_row.hpp"
#include "store/row_text.hpp"

namespace notes::store {
namespace {

using domain::NoteId;
using domain::NoteRevision;
using domain::UserId;

constexpr auto kKeepRevision =
    "INSERT INTO note_revisions (note_id, version, title, body, tags, updated_at) "
    "SELECT notes.id, notes.version, notes.title, notes.body, {}, notes.updated_at FROM notes "
    "WHERE notes.id = :p0 AND notes.owner_id = :p1 AND notes.deleted_at IS NULL "
    "AND notes.version = COALESCE(CAST(:p2 AS BIGINT), notes.version)";

struct KeepRevision {
  explicit KeepRevision(db::Session& session)
      : query(session, fmt::format(kKeepRevision, tags_column(session.dialect())), 3, 0) {}
  db::PreparedQuery query;
};

constexpr auto kPruneRevisions =
    "DELETE FROM note_revisions WHERE note_id = :p0 AND version < "
    "(SELECT version FROM note_revisions WHERE note_id = :p0 "
    "ORDER BY version DESC LIMIT 1 OFFSET CAST(:p1 AS BIGINT))";

struct PruneRevisions {
  explicit PruneRevisions(db::Session& session) : query(session, kPruneRevisions, 2, 0) {}
  db::PreparedQuery query;
};

constexpr auto kFindRevision =
    "SELECT CAST(r.version AS TEXT), r.title, r.body, r.tags, CAST(r.updated_at AS TEXT) "
    "FROM notes n JOIN note_revisions r ON r.note_id = n.id "
    "WHERE n.id = :p0 AND n.owner_id = :p1 AND n.deleted_at IS NULL "
    "AND r.version = CAST(:p2 AS BIGINT)";

struct FindRevision {
  explicit FindRevision(db::Session& session) : query(session, kFindRevision, 3, 5) {}
  db::PreparedQuery query;
};

constexpr auto kListRevisions =
    "SELECT CAST(r.version AS TEXT), r.title, '', r.tags, CAST(r.updated_at AS TEXT) "
    "FROM notes n JOIN note_revisions r ON r.note_id = n.id "
    "WHERE n.id = :p0 AND n.owner_id = :p1 AND n.deleted_at IS NULL "
    "AND r.version < CAST(:p2 AS BIGINT) ORDER BY r.version DESC LIMIT CAST(:p3 AS BIGINT)";

struct ListRevisions {
  explicit ListRevisions(db::Session& session) : query(session, kListRevisions, 4, 5) {}
  db::PreparedQuery query;
};

NoteRevision revision_of(const std::vector<db::Text>& row) {
  return {.version = number_of(row[0]),
          .title = text_of(row[1]),
          .body = text_of(row[2]),
          .tags = read_tags(text_of(row[3])),
          .updated_at = time_of(row[4])};
}

}  // namespace

void keep_revision(db::Session& session, UserId owner, NoteId note,
                   std::optional<std::int64_t> expected_version) {
  db::Text version;
  if (expected_version) version = std::to_string(*expected_version);
  session.kept<KeepRevision>().query.change({to_string(note), to_string(owner), version});
}

void prune_revisions(db::Session& session, NoteId note, std::int64_t most) {
  session.kept<PruneRevisions>().query.change({to_string(note), std::to_string(most - 1)});
}

std::optional<NoteRevision> find_revision(db::Session& session, UserId owner, NoteId note,
                                          std::int64_t version) {
  const auto rows = session.kept<FindRevision>().query.run(
      {to_string(note), to_string(owner), std::to_string(version)});
  if (rows.empty()) return std::nullopt;
  return revision_of(rows.front());
}

std::vector<NoteRevision> list_revisions(db::Session& session, UserId owner, NoteId note,
                                         std::int64_t before, std::size_t limit) {
  std::vector<NoteRevision> revisions;
  const auto rows = session.kept<ListRevisions>().query.run(
      {to_string(note), to_string(owner), std::to_string(before), std::to_string(limit)});
  for (const auto& row : rows) revisions.push_back(revision_of(row));
  return revisions;
}

}  // namespace notes::store
