#include "api/operation_parts.hpp"
#include "api/operations.hpp"
#include "api/page_request.hpp"

namespace notes::api {
namespace {

using http::In;
using http::Operation;
using http::Schema;

constexpr std::string_view kTag = "Notes";

http::Answer note_answer(int status, std::string_view description) {
  http::Answer answer{.status = status,
                      .description = description,
                      .contents = json_of("Note"),
                      .fields = {etag_field()}};
  if (status == 201) answer.fields.push_back(location_field());
  return answer;
}

http::Answer replayable(http::Answer answer) {
  answer.fields.push_back(replayed_field());
  return answer;
}

Operation list_notes() {
  return {.id = "list_notes",
          .tag = kTag,
          .summary = "Lists notes, a page at a time",
          .description = "Each parameter stands once; one that is not listed here is refused.",
          .parameters = PageRequest::parameters(),
          .answers = {{.status = 200,
                       .description = "A page of notes.",
                       .contents = json_of("NotePage"),
                       .fields = {next_page_field()}}},
          .refusals = {malformed(), invalid()}};
}

Operation create_note() {
  return {.id = "create_note",
          .tag = kTag,
          .summary = "Makes a note",
          .description = "It is durable when the answer comes.",
          .parameters = {idempotency_parameter()},
          .body = json_of("NoteDraft"),
          .answers = {replayable(note_answer(201, "The note as it was made."))},
          .refusals = {malformed(), under_way(), unsupported_media_type(), invalid()}};
}

Operation batch_notes() {
  return {.id = "batch_notes",
          .tag = kTag,
          .summary = "Makes several changes at once, all or none",
          .description =
              "In one transaction and in their order, each as it would be done alone; each sees "
              "what those before it did. When one cannot be done nothing is: errors points at it "
              "and has the status that it would have had alone.",
          .parameters = {idempotency_parameter()},
          .body = json_of("NoteBatch"),
          .answers = {{.status = 200,
                       .description = "What became of each, in their order.",
                       .contents = json_of("NoteBatchResults"),
                       .fields = {replayed_field()}}},
          .refusals = {malformed(), under_way(), unsupported_media_type(), invalid()}};
}

Operation get_note() {
  return {.id = "get_note",
          .tag = kTag,
          .summary = "Reads a note",
          .parameters = {note_id_parameter(),
                         {.in = In::header,
                          .name = "If-None-Match",
                          .description = "The entity tags of the versions that the client has.",
                          .schema = Schema::text(1)}},
          .answers = {note_answer(200, "The note."),
                      {.status = 304,
                       .description = "The client has this version.",
                       .fields = {etag_field()}}},
          .refusals = {malformed(), no_such_note()}};
}

Operation replace_note() {
  return {.id = "replace_note",
          .tag = kTag,
          .summary = "Replaces a note, or makes one under a given id",
          .description =
              "With If-None-Match: * a note is made under the id of the path, which must "
              "be a UUID of version 4 or 7; without it the note becomes what the body "
              "says and nothing else.",
          .parameters = {note_id_parameter(),
                         if_match_parameter(),
                         {.in = In::header,
                          .name = "If-None-Match",
                          .description = "*: make a note, and change none.",
                          .schema = Schema::one_of({"*"})}},
          .body = json_of("NoteDraft"),
          .answers = {note_answer(200, "The note as it is now."),
                      note_answer(201, "The note as it was made.")},
          .refusals = {malformed(), no_such_note(), stale_version(), unsupported_media_type(),
                       invalid(), if_match_required()}};
}

Operation patch_note() {
  return {.id = "patch_note",
          .tag = kTag,
          .summary = "Changes a note in part",
          .description =
              "The body is a JSON merge patch (RFC 7396): what is absent stays as it is, "
              "null removes, tags are replaced as a whole.",
          .parameters = {note_id_parameter(), if_match_parameter()},
          .body = {{kMergePatch, Schema::reference("NotePatch")},
                   {kJson, Schema::reference("NotePatch")}},
          .answers = {note_answer(200, "The note as it is now.")},
          .refusals = {malformed(), no_such_note(), stale_version(), unsupported_media_type(),
                       invalid(), if_match_required()}};
}

Operation trash_note() {
  return {.id = "trash_note",
          .tag = kTag,
          .summary = "Moves a note to the trash, or deletes it for good",
          .parameters = {note_id_parameter(),
                         {.in = In::query,
                          .name = "permanent",
                          .description = "true: delete a note that lies in the trash for good.",
                          .schema = Schema::boolean().with_default("false")},
                         if_match_parameter()},
          .answers = {{.status = 204, .description = "It was done."}},
          .refusals = {malformed(),
                       no_such_note(),
                       {.status = 409, .when = "The note is not in the trash."},
                       stale_version(),
                       invalid()}};
}

Operation restore_note() {
  return {.id = "restore_note",
          .tag = kTag,
          .summary = "Takes a note out of the trash",
          .description = "A note that does not lie there stays as it is.",
          .parameters = {note_id_parameter(), if_match_parameter(), idempotency_parameter()},
          .answers = {replayable(note_answer(200, "The note as it is now."))},
          .refusals = {malformed(), no_such_note(), under_way(), stale_version(), invalid()}};
}

}  // namespace

std::vector<Operation> note_operations() {
  return {list_notes(),   create_note(), batch_notes(), get_note(),
          replace_note(), patch_note(),  trash_note(),  restore_note()};
}

}  // namespace notes::api
