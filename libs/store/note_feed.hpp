#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/timestamp.hpp"
#include "db/session.hpp"
#include "domain/note_change.hpp"

/// Each owner's feed of changes. A number stands on a note (notes.sequence), or on the tombstone of
/// one that was deleted for good; a change gives its note the next number.
namespace notes::store {

/// Takes the next `count` numbers of the owner's feed and returns the first. To be called before
/// anything else is written for that owner: it keeps the owner's other writers waiting until the
/// transaction ends, so that no reader ever sees a number before a smaller one, and no two of them
/// wait for each other. Precondition: count >= 1. Throws what SOCI throws.
std::int64_t take_sequences(db::Session& session, domain::UserId owner, std::int64_t count);

/// Takes `count` numbers of each of these owners' feeds, and returns the first ones in the order of
/// the owners; one statement. None for an owner whose feed does not stand yet, or is somebody
/// else's at the moment: it waits for nobody. Otherwise as take_sequences().
std::vector<std::optional<std::int64_t>> take_free_sequences(db::Session& session,
                                                             std::span<const domain::UserId> owners,
                                                             std::int64_t count);

/// Where a note stood that was deleted for good.
struct Tombstone {
  domain::UserId owner;
  std::int64_t sequence = 0;
  domain::NoteId note;
};

/// Throws db::StatementError.
void bury(db::Session& session, std::span<const Tombstone> tombstones, Timestamp now);

struct FeedPage {
  std::int64_t last_sequence = 0;       ///< of the whole feed
  std::int64_t forgotten_sequence = 0;  ///< up to here tombstones may be missing
  std::vector<domain::NoteChange> changes;
  std::int64_t read_to = 0;  ///< every change up to this one is on this page or an earlier one
  bool has_more = false;
};

/// The changes behind `since`, at most `limit` of them, with the smallest numbers first. A change
/// that is overtaken by a newer one of the same note while the page is read is left out; it stands
/// behind read_to. Throws db::StatementError and what SOCI throws.
FeedPage read_feed(db::Session& session, domain::UserId owner, std::int64_t since,
                   std::size_t limit);

/// How many of the owner's notes have no number yet, counted up to `most`: seeds and loads write
/// notes past the service. Throws db::StatementError.
std::int64_t count_unplaced(db::Session& session, domain::UserId owner, std::int64_t most);

/// Gives numbers, from `first` on, to at most `count` of them, the last changed last. Precondition:
/// these numbers were taken in this transaction. Throws db::StatementError.
void place_notes(db::Session& session, domain::UserId owner, std::int64_t first,
                 std::int64_t count);

/// How many tombstones were made before `cutoff`. Throws db::StatementError.
std::int64_t count_tombstones(db::Session& session, Timestamp cutoff);

/// Deletes at most `limit` of them, the oldest first, and marks the feeds as forgotten up to there.
/// Returns how many. Throws db::StatementError.
std::int64_t delete_tombstones(db::Session& session, Timestamp cutoff, std::size_t limit);

}  // namespace notes::store
