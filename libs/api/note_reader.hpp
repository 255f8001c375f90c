#pragma once

#include <string_view>
#include <vector>

#include "domain/note.hpp"
#include "http/schema.hpp"

/// What clients write about notes, from JSON (RFC 8259).
namespace notes::api {

/// {"title":…,"body":…,"tags":[…],"pinned":…,"archived":…}; all but the title may be absent, which
/// is the empty text, no tags, and false. Throws Error{malformed} with the place for what is no
/// JSON, and Error{invalid} with a violation for each member that is unknown, missing, repeated or
/// of the wrong type.
domain::NoteDraft read_note_draft(std::string_view json);

/// A merge patch (RFC 7396) of a note. Removing a member makes it what it is where a draft leaves
/// it out; the title cannot be removed. Tags are replaced as a whole. Throws as read_note_draft()
/// does.
domain::NotePatch read_note_patch(std::string_view json);

/// What both read, by the names that the OpenAPI document has for it.
std::vector<http::NamedSchema> note_reader_schemas();

}  // namespace notes::api
