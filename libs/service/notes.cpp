#include "service/notes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "domain/tag.hpp"
#include "store/note_list.hpp"
#include "store/note_stats.hpp"
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

/// Why a statement with a condition on the version changed nothing. Throws Error{not_found} when
/// there is no such note outside the trash.
Stale stale(db::Session& session, const Actor& actor, NoteId id) {
  const auto current = store::find_note(session, actor.user, id);
  if (!current) throw not_found(id);
  return {current->version};
}

/// A note wherever it lies. Throws Error{not_found}.
Note find_anywhere(db::Session& session, const Actor& actor, NoteId id) {
  auto note = store::find_note_anywhere(session, actor.user, id);
  if (!note) throw not_found(id);
  return std::move(*note);
}

bool allows(std::optional<std::int64_t> expected_version, const Note& note) {
  return expected_version.value_or(note.version) == note.version;
}

Note new_note(const Actor& actor, NoteId id, const domain::NoteDraft& draft, Timestamp now) {
  return {.id = id,
          .owner = actor.user,
          .title = draft.title,
          .body = draft.body,
          .pinned = draft.pinned,
          .archived = draft.archived,
          .version = 1,
          .created_at = now,
          .updated_at = now};
}

void check(std::vector<Violation> violations) {
  if (!violations.empty()) throw Error(std::move(violations));
}

}  // namespace

Notes::Notes(db::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

Note Notes::create(const Actor& actor, const domain::NoteDraft& draft) {
  check(validate(draft));
  const Timestamp now = clock_.now();
  const auto id = NoteId::make(now);
  auto made = insert(actor, id, draft, now);
  if (!made) throw Error(ErrorCode::conflict, fmt::format("the id {} is taken", to_string(id)));
  return std::move(*made);
}

Changed Notes::create_as(const Actor& actor, NoteId id, const domain::NoteDraft& draft) {
  auto violations = validate(draft);
  if (!domain::may_be_chosen(id)) {
    violations.push_back({"id", "not_a_chosen_id",
                          "must be a UUID of version 4 or 7 (RFC 9562), made anew for this note"});
  }
  check(std::move(violations));
  if (auto made = insert(actor, id, draft, clock_.now())) return std::move(*made);
  const auto current = database_.read(
      [&](db::Session& session) { return store::find_note_anywhere(session, actor.user, id); });
  return Stale{current ? std::optional(current->version) : std::nullopt};
}

std::optional<Note> Notes::insert(const Actor& actor, NoteId id, const domain::NoteDraft& draft,
                                  Timestamp now) {
  const auto tags = domain::tags_of(draft.tags);
  return database_.transact([&](db::Session& session) -> std::optional<Note> {
    auto note = new_note(actor, id, draft, now);
    if (!store::insert_note(session, note)) return std::nullopt;
    if (!tags.empty()) note.tags = store::set_tags(session, actor.user, id, tags, now);
    return note;
  });
}

Note Notes::get(const Actor& actor, NoteId id) {
  const auto note = database_.read(
      [&](db::Session& session) { return store::find_note(session, actor.user, id); });
  if (!note) throw not_found(id);
  return *note;
}

std::int64_t Notes::version(const Actor& actor, NoteId id) {
  return database_.read([&](db::Session& session) { return find_anywhere(session, actor, id); })
      .version;
}

NotePage Notes::list(const Actor& actor, const domain::NoteQuery& query, Totals totals) {
  NotePage page;
  // One more than asked for tells whether there is a next page.
  auto asked = query;
  ++asked.limit;
  page.items = database_.read(
      [&](db::Session& session) { return store::list_notes(session, actor.user, asked); });
  if (page.items.size() > query.limit) {
    page.items.resize(query.limit);
    page.next = position_of(page.items.back(), query.sort);
  }
  if (totals == Totals::counted) page.total = count(actor, query.filter);
  return page;
}

Total Notes::count(const Actor& actor, const domain::NoteFilter& filter) {
  const auto found = database_.read([&](db::Session& session) {
    return store::count_notes(session, actor.user, filter, Total::kMost + 1);
  });
  return {.count = std::min(found, Total::kMost), .capped = found > Total::kMost};
}

Changed Notes::patch(const Actor& actor, NoteId id, const domain::NotePatch& patch,
                     std::optional<std::int64_t> expected_version) {
  check(validate(patch));
  if (patch.empty()) {
    auto note = get(actor, id);
    if (!allows(expected_version, note)) return Stale{note.version};
    return note;
  }
  const Timestamp now = clock_.now();
  return database_.transact([&](db::Session& session) -> Changed {
    auto note = store::update_note(session, actor.user, id, patch, expected_version, now);
    if (!note) return stale(session, actor, id);
    if (patch.tags) {
      note->tags = store::set_tags(session, actor.user, id, domain::tags_of(*patch.tags), now);
    }
    return std::move(*note);
  });
}

Changed Notes::replace(const Actor& actor, NoteId id, const domain::NoteDraft& draft,
                       std::optional<std::int64_t> expected_version) {
  return patch(actor, id,
               {.title = draft.title,
                .body = draft.body,
                .tags = draft.tags,
                .pinned = draft.pinned,
                .archived = draft.archived},
               expected_version);
}

std::optional<Stale> Notes::trash(const Actor& actor, NoteId id,
                                  std::optional<std::int64_t> expected_version) {
  const Timestamp now = clock_.now();
  return database_.transact([&](db::Session& session) -> std::optional<Stale> {
    if (store::trash_note(session, actor.user, id, expected_version, now)) return std::nullopt;
    return stale(session, actor, id);
  });
}

Changed Notes::restore(const Actor& actor, NoteId id,
                       std::optional<std::int64_t> expected_version) {
  const Timestamp now = clock_.now();
  return database_.transact([&](db::Session& session) -> Changed {
    auto note = store::restore_note(session, actor.user, id, expected_version, now);
    if (note) return std::move(*note);
    auto current = find_anywhere(session, actor, id);
    if (!allows(expected_version, current)) return Stale{current.version};
    return current;
  });
}

std::optional<Stale> Notes::delete_for_good(const Actor& actor, NoteId id,
                                            std::optional<std::int64_t> expected_version) {
  return database_.transact([&](db::Session& session) -> std::optional<Stale> {
    if (store::delete_note(session, actor.user, id, expected_version)) {
      store::drop_note_stats(session, actor.user);
      return std::nullopt;
    }
    const auto current = find_anywhere(session, actor, id);
    if (current.deleted_at) return Stale{current.version};
    throw Error(ErrorCode::conflict,
                fmt::format("note {} is not in the trash: move it there before it is deleted for "
                            "good",
                            to_string(id)));
  });
}

}  // namespace notes::service
