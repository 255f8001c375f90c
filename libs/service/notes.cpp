#include "service/notes.hpp"

#include <fmt/format.h>

#include "domain/tag.hpp"
#include "store/note_tags.hpp"
#include "store/notes.hpp"

namespace notes::service {
namespace {

using domain::Actor;
using domain::Note;
using domain::NoteId;

Error not_found(NoteId id) {
  return {ErrorCode::not_found, fmt::format("there is no note {}", to_string(id))};
}

Error stale(const Note& current, std::int64_t expected_version) {
  return {ErrorCode::stale, fmt::format("note {} has version {}, not {}", to_string(current.id),
                                        current.version, expected_version)};
}

/// Why an UPDATE with a condition on the version changed nothing.
Error unchanged(db::Session& session, const Actor& actor, NoteId id,
                std::optional<std::int64_t> expected_version) {
  const auto current = store::find_note(session, actor.user, id);
  if (!current) return not_found(id);
  return stale(*current, expected_version.value_or(current->version));
}

void check(std::vector<Violation> violations) {
  if (!violations.empty()) throw Error(std::move(violations));
}

}  // namespace

Notes::Notes(db::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

Note Notes::create(const Actor& actor, const domain::NoteDraft& draft) {
  check(validate(draft));
  const Timestamp now = clock_.now();
  Note note{.id = NoteId::make(now),
            .owner = actor.user,
            .title = draft.title,
            .body = draft.body,
            .pinned = draft.pinned,
            .archived = draft.archived,
            .version = 1,
            .created_at = now,
            .updated_at = now};
  const auto tags = domain::tags_of(draft.tags);
  database_.transact([&](db::Session& session) {
    store::insert_note(session, note);
    if (!tags.empty()) note.tags = store::set_tags(session, actor.user, note.id, tags, now);
  });
  return note;
}

Note Notes::get(const Actor& actor, NoteId id) {
  const auto note = database_.read(
      [&](db::Session& session) { return store::find_note(session, actor.user, id); });
  if (!note) throw not_found(id);
  return *note;
}

NotePage Notes::list(const Actor& actor, std::size_t limit,
                     const std::optional<domain::NotePosition>& after) {
  NotePage page;
  // One more than asked for tells whether there is a next page.
  page.items = database_.read([&](db::Session& session) {
    return store::list_notes(session, actor.user, limit + 1, after);
  });
  if (page.items.size() > limit) {
    page.items.resize(limit);
    page.next = domain::NotePosition{page.items.back().created_at, page.items.back().id};
  }
  return page;
}

Note Notes::patch(const Actor& actor, NoteId id, const domain::NotePatch& patch,
                  std::optional<std::int64_t> expected_version) {
  check(validate(patch));
  if (patch.empty()) {
    const auto note = get(actor, id);
    if (expected_version.value_or(note.version) != note.version) {
      throw stale(note, *expected_version);
    }
    return note;
  }
  const Timestamp now = clock_.now();
  return database_.transact([&](db::Session& session) {
    auto note = store::update_note(session, actor.user, id, patch, expected_version, now);
    if (!note) throw unchanged(session, actor, id, expected_version);
    if (patch.tags) {
      note->tags = store::set_tags(session, actor.user, id, domain::tags_of(*patch.tags), now);
    }
    return std::move(*note);
  });
}

void Notes::trash(const Actor& actor, NoteId id, std::optional<std::int64_t> expected_version) {
  const Timestamp now = clock_.now();
  database_.transact([&](db::Session& session) {
    if (!store::trash_note(session, actor.user, id, expected_version, now)) {
      throw unchanged(session, actor, id, expected_version);
    }
  });
}

}  // namespace notes::service
