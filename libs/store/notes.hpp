#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/timestamp.hpp"
#include "db/session.hpp"
#include "domain/note.hpp"

/// The application's SQL: domain values in, rows out. Each function is one statement, kept prepared
/// on the session unless it says otherwise, inside whatever transaction its caller has open. It
/// throws what SOCI throws; db::Database turns that into Error.
namespace notes::store {

/// How a note is changed, whatever the change is.
struct NoteWrite {
  std::int64_t sequence = 0;  ///< the change's number, see take_sequences() in store/note_feed.hpp
  Timestamp now;
  std::optional<std::int64_t> expected_version = {};  ///< none: whatever version it has
};

/// A note that is new, and its number in the owner's feed.
struct NewNote {
  domain::Note note;
  std::int64_t sequence = 0;
};

/// The notes without their tags; see set_tags() in store/note_tags.hpp. They are such as searches
/// find by their terms: the same transaction must add_terms() (store/note_search.hpp). For each
/// whether it was inserted: it was not when its id is taken, if only by one before it. One
/// statement for as many rows as Dialect::values_at_once() says.
std::vector<bool> insert_notes(db::Session& session, std::span<const NewNote> notes);

/// The owner's note, unless it lies in the trash.
std::optional<domain::Note> find_note(db::Session& session, domain::UserId owner,
                                      domain::NoteId id);

/// Whose note, and which.
struct NoteKey {
  domain::UserId owner;
  domain::NoteId id;
};

/// find_note() for each of these, in their order; one statement.
std::vector<std::optional<domain::Note>> find_notes(db::Session& session,
                                                    std::span<const NoteKey> keys);

/// The owner's note, also when it lies in the trash.
std::optional<domain::Note> find_note_anywhere(db::Session& session, domain::UserId owner,
                                               domain::NoteId id);

/// A note as an update has left it.
struct UpdatedNote {
  domain::Note note;
  std::int64_t revisions = 0;  ///< how many of its earlier versions are kept
};

/// Applies the patch if the note is there and has the expected version: decided inside the UPDATE.
/// The patch's tags are not applied; see set_tags(). nullopt when nothing was changed.
std::optional<UpdatedNote> update_note(db::Session& session, domain::UserId owner,
                                       domain::NoteId id, const domain::NotePatch& patch,
                                       const NoteWrite& write);

/// Moves the note to the trash, under the same condition. False when nothing was changed.
bool trash_note(db::Session& session, domain::UserId owner, domain::NoteId id,
                const NoteWrite& write);

/// Takes the note out of the trash, if it lies there and under the same condition. The note as it
/// is now; nullopt when nothing was changed.
std::optional<domain::Note> restore_note(db::Session& session, domain::UserId owner,
                                         domain::NoteId id, const NoteWrite& write);

/// Deletes the note for good, if it lies in the trash and has the expected version. False when
/// nothing was deleted. Its tombstone is the caller's to write; see bury() in store/note_feed.hpp.
bool delete_note(db::Session& session, domain::UserId owner, domain::NoteId id,
                 std::optional<std::int64_t> expected_version);

}  // namespace notes::store
