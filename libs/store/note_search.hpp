#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "db/session.hpp"
#include "domain/note_list.hpp"
#include "domain/search_query.hpp"
#include "store/notes.hpp"

/// The index of what notes are found by, which their own transaction writes. A note that is deleted
/// takes its terms along.
namespace notes::store {

/// Writes the terms of notes that the open transaction has inserted; as many in one statement as
/// Dialect::values_at_once() says. Throws what db::PreparedQuery throws, as do all of these.
void add_terms(db::Session& session, std::span<const domain::Note* const> notes);

/// Makes the terms of a note that the open transaction has changed those that it has now.
void replace_terms(db::Session& session, const domain::Note& note);

/// Notes that may be what is searched for.
struct Candidates {
  /// An index that has found more has found too many: whoever walks through all notes in order
  /// comes upon the first of them sooner.
  static constexpr std::size_t kMost = 10'000;

  bool too_many = false;  ///< and `positions` are empty
  /// The newest first: at least `limit` of them, or all that there are.
  std::vector<domain::NotePosition> positions;
};

/// The owner's notes behind a place in the order of NoteSort::created of which the index cannot say
/// that they lack a term: those with all of these terms, and those whose terms are not in it. A few
/// may be others' notes. One statement.
Candidates find_candidates(db::Session& session, domain::UserId owner,
                           std::span<const domain::IndexTerm> terms,
                           const std::optional<domain::NotePosition>& after, std::size_t limit);

/// Which notes are gone through: in the order of their owners and ids those that the index does not
/// have yet, or in the order of their ids all there are.
enum class Unindexed { only, or_not };

/// What index_notes() has done.
struct Indexed {
  std::vector<NoteKey> notes;  ///< in their order
  std::int64_t changed = 0;    ///< those whose terms were missing, or not what they should be
};

/// Makes the terms of at most `limit` notes behind `after` what they should be. Those that somebody
/// else is changing just now are left out.
Indexed index_notes(db::Session& session, Unindexed which, const NoteKey& after, std::size_t limit);

/// How many notes index_notes() has before it.
std::int64_t count_notes_to_index(db::Session& session, Unindexed which, const NoteKey& after);

/// Those of at most `limit` notes behind `after` in the order of ids whose terms are wrong,
/// although the index is said to have them; `last` is the last one looked at, none when there was
/// none.
struct WrongTerms {
  std::vector<domain::NoteId> notes;
  std::optional<domain::NoteId> last;
};
WrongTerms find_wrong_terms(db::Session& session, domain::NoteId after, std::size_t limit);

}  // namespace notes::store
