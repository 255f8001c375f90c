#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/note.hpp"
#include "service/notes.hpp"
#include "service/readiness.hpp"

/// Domain values to and from JSON (RFC 8259): the only place that knows what a member is called.
namespace notes::api {

std::string to_json(const domain::Note& note);

/// {"items":[…],"next_cursor":…}; null on the last page.
std::string to_json(const service::NotePage& page, const std::optional<std::string>& next_cursor);

std::string to_json(const service::Readiness& readiness);

/// What GET / answers: the service's name and version, and where its parts are.
std::string service_description(std::string_view version);

/// {"title":…,"body":…}; the body may be absent and is then empty. Throws Error{malformed} with the
/// place for what is no JSON, and Error{invalid} with a violation for each member that is unknown,
/// missing, repeated or of the wrong type.
domain::NoteDraft read_note_draft(std::string_view json);

/// A merge patch (RFC 7396) of a note. Removing the body empties it; the title cannot be removed.
/// Throws as read_note_draft() does.
domain::NotePatch read_note_patch(std::string_view json);

}  // namespace notes::api
