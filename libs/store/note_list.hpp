#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "db/session.hpp"
#include "domain/note_list.hpp"

namespace notes::store {

/// At most `query.limit` of the owner's notes, in the order and from the place that the query
/// names; one statement, tags included. Throws what SOCI throws.
std::vector<domain::Note> list_notes(db::Session& session, domain::UserId owner,
                                     const domain::NoteQuery& query);

/// How many of the owner's notes the filter lets through, counted up to `most` and no further.
/// Throws what SOCI throws.
std::int64_t count_notes(db::Session& session, domain::UserId owner,
                         const domain::NoteFilter& filter, std::int64_t most);

/// The statement that list_notes() runs, with its named parameters: to ask the database for its
/// plan.
std::string list_statement(const db::Dialect& dialect, const domain::NoteQuery& query);

}  // namespace notes::store
