#include "service/note_writer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "domain/tag.hpp"
#include "store/note_feed.hpp"
#include "store/note_revisions.hpp"
#include "store/note_search.hpp"
#include "store/note_stats.hpp"
#include "store/note_tags.hpp"
#include "store/notes.hpp"

namespace notes::service {
namespace {

using domain::Note;
using domain::NoteId;

Refusal missing(NoteId id) {
  return {.code = ErrorCode::not_found, .why = fmt::format("there is no note {}", to_string(id))};
}

Refusal stale(const Note& note) {
  return {
      .code = ErrorCode::stale,
      .why = fmt::format("note {} has version {}, which the request does not allow to be changed",
                         to_string(note.id), note.version),
      .current = note.version};
}

bool allows(std::optional<std::int64_t> expected_version, const Note& note) {
  return expected_version.value_or(note.version) == note.version;
}

}  // namespace

Note new_note(domain::UserId owner, NoteId id, const domain::NoteDraft& draft, Timestamp now) {
  return {.id = id,
          .owner = owner,
          .title = draft.title,
          .body = draft.body,
          .tags = draft.tags,
          .pinned = draft.pinned,
          .archived = draft.archived,
          .version = 1,
          .created_at = now,
          .updated_at = now};
}

std::vector<bool> make_notes(db::Session& session, std::span<store::NewNote> notes, Timestamp now) {
  const auto made = store::insert_notes(session, notes);
  std::vector<const Note*> indexed;
  for (std::size_t at = 0; at < notes.size(); ++at) {
    if (!made[at]) continue;
    Note& note = notes[at].note;
    const auto tags = domain::tags_of(note.tags);
    if (!tags.empty()) note.tags = store::set_tags(session, note.owner, note.id, tags, now);
    indexed.push_back(&note);
  }
  store::add_terms(session, indexed);
  return made;
}

NoteWriter::NoteWriter(db::Session& session, const Options& options)
    : session_(session),
      owner_(options.actor.user),
      now_(options.now),
      rules_(options.rules),
      next_sequence_(options.first_sequence
                         ? *options.first_sequence
                         : store::take_sequences(session, owner_, options.changes)),
      left_(options.changes) {}

std::optional<Note> NoteWriter::find_anywhere(NoteId id) {
  return store::find_note_anywhere(session_, owner_, id);
}

std::optional<Note> NoteWriter::insert(NoteId id, const domain::NoteDraft& draft,
                                       std::optional<Timestamp> created_at) {
  store::NewNote made{.note = new_note(owner_, id, draft, now_), .sequence = next_sequence()};
  made.note.created_at = std::min(created_at.value_or(now_), now_);
  if (!make_notes(session_, {&made, 1}, now_).front()) return std::nullopt;
  return std::move(made.note);
}

Written NoteWriter::patch(NoteId id, const domain::NotePatch& patch,
                          std::optional<std::int64_t> expected_version) {
  if (patch.empty()) {
    auto note = store::find_note(session_, owner_, id);
    if (!note) return missing(id);
    if (!allows(expected_version, *note)) return stale(*note);
    return std::move(*note);
  }
  const bool keeps = rules_.max_revisions > 0 && (patch.title || patch.body || patch.tags);
  if (keeps) store::keep_revision(session_, owner_, id, expected_version);
  auto updated = store::update_note(
      session_, owner_, id, patch,
      {.sequence = next_sequence(), .now = now_, .expected_version = expected_version});
  if (!updated) return refusal(id);
  if (keeps && updated->revisions > rules_.max_revisions) {
    store::prune_revisions(session_, id, rules_.max_revisions);
  }
  auto& note = updated->note;
  if (patch.tags) {
    note.tags = store::set_tags(session_, owner_, id, domain::tags_of(*patch.tags), now_);
  }
  if (patch.title || patch.body || patch.tags) store::replace_terms(session_, note);
  return std::move(note);
}

std::optional<Refusal> NoteWriter::trash(NoteId id, std::optional<std::int64_t> expected_version) {
  const store::NoteWrite write{
      .sequence = next_sequence(), .now = now_, .expected_version = expected_version};
  if (store::trash_note(session_, owner_, id, write)) return std::nullopt;
  return refusal(id);
}

Written NoteWriter::restore(NoteId id, std::optional<std::int64_t> expected_version) {
  const store::NoteWrite write{
      .sequence = next_sequence(), .now = now_, .expected_version = expected_version};
  if (auto note = store::restore_note(session_, owner_, id, write)) return std::move(*note);
  auto current = store::find_note_anywhere(session_, owner_, id);
  if (!current) return missing(id);
  if (!allows(expected_version, *current)) return stale(*current);
  return std::move(*current);
}

std::optional<Refusal> NoteWriter::delete_for_good(NoteId id,
                                                   std::optional<std::int64_t> expected_version) {
  if (store::delete_note(session_, owner_, id, expected_version)) {
    const std::array tombstone{
        store::Tombstone{.owner = owner_, .sequence = next_sequence(), .note = id}};
    store::bury(session_, tombstone, now_);
    store::drop_note_stats(session_, owner_);
    return std::nullopt;
  }
  const auto current = store::find_note_anywhere(session_, owner_, id);
  if (!current) return missing(id);
  if (current->deleted_at) return stale(*current);
  return Refusal{.code = ErrorCode::conflict,
                 .why = fmt::format("note {} is not in the trash: move it there before it is "
                                    "deleted for good",
                                    to_string(id))};
}

std::int64_t NoteWriter::next_sequence() {
  if (left_ == 0) {
    next_sequence_ = store::take_sequences(session_, owner_, 1);
    left_ = 1;
  }
  --left_;
  return next_sequence_++;
}

Refusal NoteWriter::refusal(NoteId id) {
  const auto current = store::find_note(session_, owner_, id);
  return current ? stale(*current) : missing(id);
}

}  // namespace notes::service
