#include "jobs/index_notes.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "jobs/summary.hpp"
#include "store/note_search.hpp"

namespace notes::jobs {
namespace {

using store::NoteKey;
using store::Unindexed;

Unindexed which_of(const Arguments& arguments) {
  const auto name = arguments.text("notes");
  if (name == "missing") return Unindexed::only;
  if (name == "all") return Unindexed::or_not;
  throw Error(ErrorCode::usage,
              fmt::format("parameter notes: expected missing or all, got '{}'", name));
}

std::string text_of(const NoteKey& key) {
  return fmt::format("{} {}", to_string(key.owner), to_string(key.id));
}

/// The last note done: its owner and its id.
NoteKey last_done(const scheduler::Run& run) {
  const std::string_view checkpoint = run.checkpoint();
  if (checkpoint.empty()) return {};
  const auto blank = checkpoint.find(' ');
  const auto owner = domain::UserId::parse(checkpoint.substr(0, blank));
  const auto id =
      domain::NoteId::parse(blank == std::string_view::npos ? "" : checkpoint.substr(blank + 1));
  if (!owner || !id) {
    throw Error(ErrorCode::internal,
                fmt::format("run {}: its checkpoint '{}' is no user's id and note's id",
                            to_string(run.record().id), checkpoint));
  }
  return {*owner, *id};
}

}  // namespace

void index_notes(scheduler::Run& run, const Arguments& arguments) {
  const auto which = which_of(arguments);
  const auto limit = arguments.chunk();
  auto after = last_done(run);
  run.expect(processed(run) + run.database().read([&](db::Session& session) {
    return store::count_notes_to_index(session, which, after);
  }));

  store::Indexed indexed;
  do {
    run.chunk([&](db::Session& session) {
      indexed = store::index_notes(session, which, after, limit);
      return scheduler::Chunk{text_of(indexed.notes.empty() ? after : indexed.notes.back()),
                              {{"processed", static_cast<std::int64_t>(indexed.notes.size())},
                               {"changed", indexed.changed}}};
    });
    if (!indexed.notes.empty()) after = indexed.notes.back();
  } while (!indexed.notes.empty());
}

}  // namespace notes::jobs
