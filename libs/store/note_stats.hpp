#pragma once

#include <cstdint>

#include "base/timestamp.hpp"
#include "db/session.hpp"
#include "domain/user.hpp"

namespace notes::store {

/// Counts the notes of the users behind `after` up to `last` anew. What changed after `as_of` may
/// be counted or not: the numbers are held against the notes only where nothing did. Returns for
/// how many users others stood there, or none. Throws db::StatementError.
std::int64_t recompute_note_stats(db::Session& session, domain::UserId after, domain::UserId last,
                                  Timestamp as_of);

/// Drops a user's counts until they are computed again: a note that they may hold is gone, which
/// nothing that is left can tell. Throws db::StatementError.
void drop_note_stats(db::Session& session, domain::UserId user);

}  // namespace notes::store
