#pragma once

#include <cstddef>
#include <cstdint>

#include "base/timestamp.hpp"
#include "db/session.hpp"

namespace notes::store {

/// How many notes were moved to the trash before `cutoff`. Throws db::StatementError.
std::int64_t count_trashed_notes(db::Session& session, Timestamp cutoff);

/// Deletes at most `limit` of them for good, the oldest first, and leaves a tombstone of `now` for
/// each in its owner's feed (store/note_feed.hpp). Returns how many.
std::int64_t delete_trashed_notes(db::Session& session, Timestamp cutoff, std::size_t limit,
                                  Timestamp now);

}  // namespace notes::store
