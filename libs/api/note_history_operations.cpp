#include "api/change_feed.hpp"
#include "api/operation_parts.hpp"
#include "api/operations.hpp"

namespace notes::api {
namespace {

using http::Operation;

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

}  // namespace

std::vector<Operation> note_history_operations() { return {list_note_changes()}; }

}  // namespace notes::api
