#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "db/session.hpp"
#include "domain/note_list.hpp"

namespace notes::store {

/// At most `query.limit` of the owner's notes, in the order and from the place that the query
/// names; one statement, tags included. Throws what SOCI throws.
std::vector<domain::Note> list_notes(db::Session& session, domain::UserId owner,
                                     const domain::NoteQuery& query);

/// Of the notes with these ids those that are the owner's and that the filter lets through, in no
/// order, tags included; one statement. Precondition: kMostNotesAtOnce ids at most. Throws what
/// SOCI throws.
inline constexpr std::size_t kMostNotesAtOnce = 64;
std::vector<domain::Note> find_notes(db::Session& session, domain::UserId owner,
                                     const domain::NoteFilter& filter,
                                     std::span<const domain::NoteId> ids);

/// How many of the owner's notes the filter lets through, counted up to `most` and no further.
/// Throws what SOCI throws.
std::int64_t count_notes(db::Session& session, domain::UserId owner,
                         const domain::NoteFilter& filter, std::int64_t most);

/// The statement that list_notes() runs, with its named parameters: to ask the database for its
/// plan.
std::string list_statement(const db::Dialect& dialect, const domain::NoteQuery& query);

}  // namespace notes::store
