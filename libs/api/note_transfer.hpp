#pragma once

#include <string>
#include <vector>

#include "api/note_file.hpp"
#include "http/message.hpp"
#include "http/operation.hpp"
#include "identity/token_signer.hpp"
#include "service/notes.hpp"

/// A user's notes as a file, in parts, and back.
namespace notes::api {

/// What export_notes() reads.
std::vector<http::Parameter> export_parameters();

/// 200 with the next part of all notes outside the trash, the newest first, in the format that the
/// request names, and with a Link to the part behind it when there is one. Parts in a row are one
/// file; each is at most as long as a body of a request may be unless it is a single note, and can
/// be imported by itself. Throws Error{invalid} naming each parameter that is wrong, unknown or
/// repeated, and Error{malformed} for a cursor that this service did not give to this actor for
/// that format.
http::Response export_notes(service::Notes& notes, const http::Request& request,
                            const domain::Actor& actor, const identity::TokenSigner& signer);

/// {"created":…,"updated":…,"unchanged":…,"failed":…,"errors":[{"line":…,"pointer":…,"code":…,
/// "detail":…}]}, with the first of the errors only when there are very many.
std::string to_json(const service::ImportReport& report);

/// What that looks like.
std::vector<http::NamedSchema> note_transfer_schemas();

}  // namespace notes::api
