#pragma once

#include <string>
#include <vector>

#include "base/timestamp.hpp"
#include "db/session.hpp"
#include "domain/note.hpp"
#include "domain/tag.hpp"

namespace notes::store {

/// Gives the note these tags, and no others, inside the caller's transaction; `tags` in the order
/// of their folded names, so that two transactions never wait for each other. A tag that the owner
/// has is taken as it is spelt there; one that is new is made. Returns the names in the order of
/// their code points. Throws what SOCI throws.
std::vector<std::string> set_tags(db::Session& session, domain::UserId owner, domain::NoteId note,
                                  const std::vector<domain::Tag>& tags, Timestamp now);

}  // namespace notes::store
