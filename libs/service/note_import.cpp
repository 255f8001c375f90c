#include "service/note_import.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "domain/tag.hpp"

namespace notes::service {
namespace {

using domain::Note;
using domain::NoteDraft;
using domain::NoteId;

bool same_tags(const Note& note, const NoteDraft& draft) {
  const auto left = domain::tags_of(note.tags);
  const auto right = domain::tags_of(draft.tags);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& a, const auto& b) { return a.folded == b.folded; });
}

bool says(const Note& note, const NoteDraft& draft) {
  return note.title == draft.title && note.body == draft.body && note.pinned == draft.pinned &&
         note.archived == draft.archived && same_tags(note, draft);
}

std::vector<Violation> problems_of(const ImportedNote& imported) {
  if (!imported.problems.empty()) return imported.problems;
  auto problems = validate(imported.draft);
  if (imported.id && !domain::may_be_chosen(*imported.id)) {
    problems.push_back({"/id", "not_a_chosen_id", "must be a UUID of version 4 or 7 (RFC 9562)"});
  }
  return problems;
}

class Import {
 public:
  Import(NoteWriter& writer, Timestamp now) : writer_(writer), now_(now) {}

  void add(const ImportedNote& imported) {
    auto problems = problems_of(imported);
    if (!problems.empty()) return fail(imported, std::move(problems));
    const auto there = imported.id ? writer_.find_anywhere(*imported.id) : std::nullopt;
    if (there) return change(imported, *there);
    const auto id = imported.id ? *imported.id : NoteId::make(now_);
    if (writer_.insert(id, imported.draft, imported.created_at)) {
      ++report_.created;
    } else {
      fail(imported, {{"/id", "conflict", fmt::format("the id {} is taken", to_string(id))}});
    }
  }

  ImportReport report() { return std::move(report_); }

 private:
  void change(const ImportedNote& imported, const Note& there) {
    if (there.deleted_at) {
      return fail(
          imported,
          {{"/id", "conflict",
            fmt::format("note {} lies in the trash: restore it first", to_string(there.id))}});
    }
    if (says(there, imported.draft)) {
      ++report_.unchanged;
      return;
    }
    const auto& draft = imported.draft;
    const auto written = writer_.patch(there.id,
                                       {.title = draft.title,
                                        .body = draft.body,
                                        .tags = draft.tags,
                                        .pinned = draft.pinned,
                                        .archived = draft.archived},
                                       there.version);
    if (const auto* refusal = std::get_if<Refusal>(&written)) {
      return fail(imported, {{"/id", std::string(to_string(refusal->code)), refusal->why}});
    }
    ++report_.updated;
  }

  /// `problems`: at least one.
  void fail(const ImportedNote& imported, std::vector<Violation> problems) {
    ++report_.failed;
    for (auto& problem : problems) {
      report_.failures.push_back({.line = imported.line, .problem = std::move(problem)});
    }
  }

  NoteWriter& writer_;
  Timestamp now_;
  ImportReport report_;
};

}  // namespace

ImportReport import_notes(NoteWriter& writer, const std::vector<ImportedNote>& notes,
                          Timestamp now) {
  Import import(writer, now);
  for (const auto& note : notes) import.add(note);
  return import.report();
}

}  // namespace notes::service
