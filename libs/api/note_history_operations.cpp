#include <utility>

#include "api/change_feed.hpp"
#include "api/note_transfer.hpp"
#include "api/operation_parts.hpp"
#include "api/operations.hpp"
#include "api/revision_request.hpp"

namespace notes::api {
namespace {

using http::In;
using http::Operation;
using http::Schema;

constexpr std::string_view kTag = "Notes";

Operation list_note_changes() {
  return {.id = "list_note_changes",
          .tag = kTag,
          .summary = "Lists what has changed, for clients that keep a copy",
          .description =
              "Each note stands in the feed once, at its latest change, as it is now. Nothing is "
              "ever added below a number that was read.",
          .parameters = change_parameters(),
          .answers = {{.status = 200,
                       .description = "The changes behind since, in their order.",
                       .contents = json_of("NoteChangePage"),
                       .fields = {next_page_field()}}},
          .refusals = {{.status = 410,
                        .when = "The feed does not lead on from there (/problems/feed-broken): "
                                "drop the copy and begin anew, with since=0."},
                       invalid()}};
}

http::Parameter version_parameter() {
  return {.in = In::path,
          .name = "version",
          .description = "An earlier version of the note.",
          .schema = Schema::integer(1)};
}

http::Refusal no_such_revision() {
  return {.status = 404, .when = "There is no such note, or that version of it is not kept."};
}

Operation list_note_revisions() {
  auto parameters = RevisionRequest::parameters();
  parameters.insert(parameters.begin(), note_id_parameter());
  return {.id = "list_note_revisions",
          .tag = kTag,
          .summary = "Lists what a note said before, the newest first",
          .description =
              "What the note said is kept whenever its title, body or tags are changed; so many "
              "versions as notes.max_revisions says. Bodies are left out.",
          .parameters = std::move(parameters),
          .answers = {{.status = 200,
                       .description = "A page of earlier versions.",
                       .contents = json_of("NoteRevisionPage"),
                       .fields = {next_page_field()}}},
          .refusals = {no_such_note(), invalid()}};
}

Operation get_note_revision() {
  return {.id = "get_note_revision",
          .tag = kTag,
          .summary = "Reads what a note said in an earlier version",
          .parameters = {note_id_parameter(), version_parameter()},
          .answers = {{.status = 200,
                       .description = "That version.",
                       .contents = json_of("NoteRevision")}},
          .refusals = {no_such_revision()}};
}

Operation restore_note_revision() {
  return {.id = "restore_note_revision",
          .tag = kTag,
          .summary = "Makes a note say what it said in an earlier version",
          .description =
              "A new version with that title, body and tags; what the note says now is kept.",
          .parameters = {note_id_parameter(), version_parameter(), if_match_parameter(),
                         idempotency_parameter()},
          .answers = {{.status = 200,
                       .description = "The note as it is now.",
                       .contents = json_of("Note"),
                       .fields = {etag_field(), replayed_field()}}},
          .refusals = {malformed(), no_such_revision(), under_way(), stale_version(), invalid()}};
}

Operation export_notes_operation() {
  return {.id = "export_notes",
          .tag = kTag,
          .summary = "Gives all notes outside the trash as a file",
          .description =
              "The file is made while it is sent: one note after the other, each as it is when its "
              "turn "
              "comes. When it cannot be ended the connection is broken off.",
          .parameters = export_parameters(),
          .answers = {{.status = 200,
                       .description = "The file, the newest notes first.",
                       .contents = {{kJsonLines, Schema::text()}, {kMarkdown, Schema::text()}},
                       .fields = {{.name = "Content-Disposition",
                                   .description = "A name for the file (RFC 6266).",
                                   .schema = Schema::text(1)}}}},
          .refusals = {invalid()}};
}

Operation import_notes_operation() {
  return {.id = "import_notes",
          .tag = kTag,
          .summary = "Takes the notes of a file",
          .description =
              "What export_notes gave, or of the same form: at most 1000 notes. Ids are kept where "
              "they are free; a note that is there is changed, or left when it says the same. A "
              "note that cannot be taken fails by itself.",
          .body = {{kJsonLines, Schema::reference("NoteDraft")}, {kMarkdown, Schema::text()}},
          .answers = {{.status = 200,
                       .description = "What became of the notes.",
                       .contents = json_of("NoteImportReport")}},
          .refusals = {unsupported_media_type(), invalid()}};
}

}  // namespace

std::vector<Operation> note_history_operations() {
  return {export_notes_operation(), import_notes_operation(), list_note_changes(),
          list_note_revisions(),    get_note_revision(),      restore_note_revision()};
}

}  // namespace notes::api
