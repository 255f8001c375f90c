#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/schema.hpp"
#include "service/note_batch.hpp"

/// Several changes of notes in one request.
namespace notes::api {

/// {"operations":[{"op":"create","id":…,"note":{…}},{"op":"patch","id":…,"if_match":3,"note":{…}},…]}
/// with op one of create, replace, patch, trash, restore, delete; at most kMostOperations of them.
/// Throws Error{malformed} with the place for what is no JSON, and Error{invalid} with a violation
/// for each member that is unknown, missing, repeated or of the wrong type, /operations/N/… .
std::vector<service::NoteOperation> read_note_batch(std::string_view json);

/// {"results":[{"status":201,"id":…,"note":{…}},…]}, with the notes as a list has them without
/// their bodies; null for one that is gone.
std::string to_json(const std::vector<service::OperationResult>& results);

/// What both look like.
std::vector<http::NamedSchema> note_batch_schemas();

}  // namespace notes::api
