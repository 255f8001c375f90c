#include "store/notes.hpp"

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <soci/soci.h>

#include "db/dialect.hpp"
#include "store/note_row.hpp"
#include "store/row_inserts.hpp"
#include "store/row_text.hpp"

namespace notes::store {
namespace {

using domain::Note;
using domain::NoteId;
using domain::NotePatch;
using domain::UserId;

constexpr auto kInsertNotes =
    "INSERT INTO notes "
    "(id, owner_id, title, body, pinned, archived, version, created_at, updated_at, sequence, "
    "terms_state) VALUES {} ON CONFLICT (id) DO NOTHING RETURNING CAST(id AS TEXT)";

/// One row of it; the notes' terms are written beside.
std::vector<db::Text> row_of(const NewNote& made) {
  const auto& note = made.note;
  return {to_string(note.id),
          to_string(note.owner),
          note.title,
          note.body,
          note.pinned ? "1" : "0",
          note.archived ? "1" : "0",
          std::to_string(note.version),
          to_string(note.created_at),
          to_string(note.updated_at),
          std::to_string(made.sequence),
          "1"};
}

struct InsertNotes : RowInserts {
  explicit InsertNotes(db::Session& session)
      : RowInserts(session, {.statement = kInsertNotes,
                             .columns = std::vector<std::string>(11, "{}"),
                             .returned = 1}) {}
};

/// A statement on one note of an owner.
struct OneNote : NoteStatement {
  explicit OneNote(db::Session& session) : NoteStatement(session) {
    statement.exchange(soci::use(id, "id"));
    statement.exchange(soci::use(owner, "owner"));
  }

  void choose(UserId of, NoteId note) {
    id = to_string(note);
    owner = to_string(of);
  }

  std::string id;
  std::string owner;
};

constexpr auto kFindNote =
    "SELECT {} FROM notes WHERE id = :id AND owner_id = :owner AND deleted_at IS NULL";

struct FindNote : OneNote {
  explicit FindNote(db::Session& session) : OneNote(session) {
    prepare_reading(fmt::format(kFindNote, note_columns(session.dialect())));
  }
};

constexpr auto kFindNotes = "SELECT {} FROM notes WHERE {} AND deleted_at IS NULL";

struct FindNotes : NoteStatement {
  explicit FindNotes(db::Session& session) : NoteStatement(session) {
    statement.exchange(soci::use(ids, "ids"));
    prepare_reading(fmt::format(kFindNotes, note_columns(session.dialect()),
                                session.dialect().one_of("id", "UUID", ":ids")));
  }

  std::string ids;
};

constexpr auto kFindNoteAnywhere = "SELECT {} FROM notes WHERE id = :id AND owner_id = :owner";

struct FindNoteAnywhere : OneNote {
  explicit FindNoteAnywhere(db::Session& session) : OneNote(session) {
    prepare_reading(fmt::format(kFindNoteAnywhere, note_columns(session.dialect())));
  }
};

/// A statement on one note in one version, or in any.
struct OneVersion : OneNote {
  explicit OneVersion(db::Session& session) : OneNote(session) {
    statement.exchange(soci::use(any_version, "any_version"));
    statement.exchange(soci::use(expected_version, "expected_version"));
  }

  void choose(UserId of, NoteId note, std::optional<std::int64_t> expected) {
    OneNote::choose(of, note);
    any_version = expected ? 0 : 1;
    expected_version = expected.value_or(0);
  }

  long long any_version = 0;
  long long expected_version = 0;
};

/// A statement that changes one note in one version, or in any.
struct ChangeNote : OneVersion {
  explicit ChangeNote(db::Session& session) : OneVersion(session) {
    statement.exchange(soci::use(now, "now"));
    statement.exchange(soci::use(sequence, "sequence"));
  }

  void choose(UserId of, NoteId note, const NoteWrite& write) {
    OneVersion::choose(of, note, write.expected_version);
    now = to_string(write.now);
    sequence = write.sequence;
  }

  std::string now;
  long long sequence = 0;
};

constexpr auto kUpdateNote =
    "UPDATE notes SET title = COALESCE(:title, title), body = COALESCE(:body, body), "
    "pinned = COALESCE(CAST(:pinned AS SMALLINT), pinned), "
    "archived = COALESCE(CAST(:archived AS SMALLINT), archived), "
    "version = version + 1, updated_at = :now, sequence = :sequence "
    "WHERE id = :id AND owner_id = :owner AND deleted_at IS NULL "
    "AND (CAST(:any_version AS BIGINT) = 1 OR version = :expected_version) RETURNING {}, "
    "(SELECT COUNT(*) FROM note_revisions WHERE note_revisions.note_id = notes.id)";

struct UpdateNote : ChangeNote {
  explicit UpdateNote(db::Session& session) : ChangeNote(session) {
    statement.exchange(soci::use(title, title_given, "title"));
    statement.exchange(soci::use(body, body_given, "body"));
    statement.exchange(soci::use(pinned, pinned_given, "pinned"));
    statement.exchange(soci::use(archived, archived_given, "archived"));
    define_note();
    statement.exchange(soci::into(revisions));
    prepare(fmt::format(kUpdateNote, note_columns(session.dialect())));
  }

  std::string title;
  soci::indicator title_given = soci::i_null;
  std::string body;
  soci::indicator body_given = soci::i_null;
  int pinned = 0;
  soci::indicator pinned_given = soci::i_null;
  int archived = 0;
  soci::indicator archived_given = soci::i_null;
  long long revisions = 0;
};

constexpr auto kTrashNote =
    "UPDATE notes SET deleted_at = :now, version = version + 1, updated_at = :updated_at, "
    "sequence = :sequence "
    "WHERE id = :id AND owner_id = :owner AND deleted_at IS NULL "
    "AND (CAST(:any_version AS BIGINT) = 1 OR version = :expected_version)";

struct TrashNote : ChangeNote {
  explicit TrashNote(db::Session& session) : ChangeNote(session) {
    statement.exchange(soci::use(now, "updated_at"));
    prepare(kTrashNote);
  }
};

constexpr auto kRestoreNote =
    "UPDATE notes SET deleted_at = NULL, version = version + 1, updated_at = :now, "
    "sequence = :sequence "
    "WHERE id = :id AND owner_id = :owner AND deleted_at IS NOT NULL "
    "AND (CAST(:any_version AS BIGINT) = 1 OR version = :expected_version) RETURNING {}";

struct RestoreNote : ChangeNote {
  explicit RestoreNote(db::Session& session) : ChangeNote(session) {
    prepare_reading(fmt::format(kRestoreNote, note_columns(session.dialect())));
  }
};

constexpr auto kDeleteNote =
    "DELETE FROM notes WHERE id = :id AND owner_id = :owner AND deleted_at IS NOT NULL "
    "AND (CAST(:any_version AS BIGINT) = 1 OR version = :expected_version)";

struct DeleteNote : OneVersion {
  explicit DeleteNote(db::Session& session) : OneVersion(session) { prepare(kDeleteNote); }
};

void bind(const std::optional<std::string>& value, std::string& text, soci::indicator& given) {
  text = value.value_or("");
  given = value ? soci::i_ok : soci::i_null;
}

void bind(std::optional<bool> value, int& flag, soci::indicator& given) {
  flag = value.value_or(false) ? 1 : 0;
  given = value ? soci::i_ok : soci::i_null;
}

}  // namespace

std::vector<bool> insert_notes(db::Session& session, std::span<const NewNote> notes) {
  std::vector<RowInserts::Row> rows;
  rows.reserve(notes.size());
  for (const auto& made : notes) rows.push_back(row_of(made));
  std::unordered_set<std::string> inserted;
  for (const auto& row : session.kept<InsertNotes>().run(rows)) inserted.insert(text_of(row[0]));
  std::vector<bool> done;
  done.reserve(notes.size());
  // The first of several with one id is the one that got it.
  for (const auto& made : notes) done.push_back(inserted.erase(to_string(made.note.id)) == 1);
  return done;
}

std::optional<Note> find_note(db::Session& session, UserId owner, NoteId id) {
  auto& find = session.kept<FindNote>();
  find.choose(owner, id);
  return find.read_one();
}

std::vector<std::optional<Note>> find_notes(db::Session& session, std::span<const NoteKey> keys) {
  std::vector<std::string> ids;
  ids.reserve(keys.size());
  for (const auto& key : keys) ids.push_back(to_string(key.id));
  auto& find = session.kept<FindNotes>();
  find.ids = session.dialect().list_value(ids);
  std::unordered_map<std::string, Note> found;
  for (auto& note : find.read_all()) found.emplace(to_string(note.id), std::move(note));
  std::vector<std::optional<Note>> notes(keys.size());
  for (std::size_t at = 0; at < keys.size(); ++at) {
    const auto note = found.find(ids[at]);
    if (note != found.end() && note->second.owner == keys[at].owner) notes[at] = note->second;
  }
  return notes;
}

std::optional<Note> find_note_anywhere(db::Session& session, UserId owner, NoteId id) {
  auto& find = session.kept<FindNoteAnywhere>();
  find.choose(owner, id);
  return find.read_one();
}

std::optional<UpdatedNote> update_note(db::Session& session, UserId owner, NoteId id,
                                       const NotePatch& patch, const NoteWrite& write) {
  auto& update = session.kept<UpdateNote>();
  bind(patch.title, update.title, update.title_given);
  bind(patch.body, update.body, update.body_given);
  bind(patch.pinned, update.pinned, update.pinned_given);
  bind(patch.archived, update.archived, update.archived_given);
  update.choose(owner, id, write);
  auto note = update.read_one();
  if (!note) return std::nullopt;
  return UpdatedNote{.note = std::move(*note), .revisions = update.revisions};
}

bool trash_note(db::Session& session, UserId owner, NoteId id, const NoteWrite& write) {
  auto& trash = session.kept<TrashNote>();
  trash.choose(owner, id, write);
  trash.statement.execute(true);
  return trash.statement.get_affected_rows() == 1;
}

std::optional<Note> restore_note(db::Session& session, UserId owner, NoteId id,
                                 const NoteWrite& write) {
  auto& restore = session.kept<RestoreNote>();
  restore.choose(owner, id, write);
  return restore.read_one();
}

bool delete_note(db::Session& session, UserId owner, NoteId id,
                 std::optional<std::int64_t> expected_version) {
  auto& remove = session.kept<DeleteNote>();
  remove.choose(owner, id, expected_version);
  remove.statement.execute(true);
  return remove.statement.get_affected_rows() == 1;
}

}  // namespace notes::store
