#pragma once

#include <string>
#include <vector>

#include "api/note_file.hpp"
#include "http/message.hpp"
#include "http/operation.hpp"
#include "service/notes.hpp"

/// A user's notes as a file, and back.
namespace notes::api {

/// What export_notes() reads.
std::vector<http::Parameter> export_parameters();

/// 200 with all notes outside the trash, the newest first, in the format that the request names:
/// the first piece, and the source of the others when there are any. A note that is there from
/// beginning to end is in it once, as it is when its piece is read. Throws Error{invalid} naming
/// each parameter that is wrong, unknown or repeated. `notes` must outlive the answer.
http::Response export_notes(service::Notes& notes, const http::Request& request,
                            const domain::Actor& actor);

/// {"created":…,"updated":…,"unchanged":…,"failed":…,"errors":[{"line":…,"pointer":…,"code":…,
/// "detail":…}]}, with the first of the errors only when there are very many.
std::string to_json(const service::ImportReport& report);

/// What that looks like.
std::vector<http::NamedSchema> note_transfer_schemas();

}  // namespace notes::api
