#pragma once

#include <optional>

#include "api/page_request.hpp"
#include "domain/note.hpp"
#include "http/message.hpp"
#include "service/notes.hpp"

/// What is answered about one note, however it was come by.
namespace notes::api {

/// The {id} of the path. Throws Error{not_found} for what is no id.
domain::NoteId note_id(const http::Request& request);

/// Whether DELETE is to delete for good. Throws Error{invalid}.
bool is_permanent(const http::Request& request);

/// The note with its tag.
http::Response note_response(int status, const domain::Note& note);
/// 201, and where the note is.
http::Response created(const domain::Note& note);
/// What GET answers: 304 when the client has that version (RFC 9110 §13.1.2).
http::Response found(const http::Request& request, const domain::Note& note);
/// 412, with the tag of the note as it is (RFC 9110 §13.1): what a client needs to try again.
http::Response stale(const http::Request& request, domain::NoteId id, const service::Stale& stale);

/// A page of the list of notes, and the way to the next.
http::Response listed(const http::Request& request, const PageRequest& asked,
                      const service::NotePage& page, const domain::Actor& actor,
                      const identity::TokenSigner& cursor_signer);

}  // namespace notes::api
