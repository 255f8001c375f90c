#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "db/session.hpp"
#include "domain/note.hpp"
#include "domain/note_revision.hpp"

/// What notes said in earlier versions. A revision goes with its note. All throw
/// db::StatementError.
namespace notes::store {

/// Keeps what the note says now, if it is not in the trash and, when `expected_version` is given,
/// has that version: to be called before the UPDATE under the same condition.
void keep_revision(db::Session& session, domain::UserId owner, domain::NoteId note,
                   std::optional<std::int64_t> expected_version);

/// Deletes all but the newest `most` revisions of the note. Precondition: most >= 1.
void prune_revisions(db::Session& session, domain::NoteId note, std::int64_t most);

/// nullopt when there is none of that version, and when the note is another's or in the trash.
std::optional<domain::NoteRevision> find_revision(db::Session& session, domain::UserId owner,
                                                  domain::NoteId note, std::int64_t version);

/// At most `limit` revisions, without their bodies, the newest first, of versions before `before`;
/// none of a note that is another's or in the trash.
std::vector<domain::NoteRevision> list_revisions(db::Session& session, domain::UserId owner,
                                                 domain::NoteId note, std::int64_t before,
                                                 std::size_t limit);

}  // namespace notes::store
