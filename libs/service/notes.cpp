#include "service/notes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "store/note_feed.hpp"
#include "store/note_list.hpp"
#include "store/note_revisions.hpp"
#include "store/notes.hpp"

namespace notes::service {
namespace {

using domain::Actor;
using domain::Note;
using domain::NoteId;
using domain::NoteRevision;

Error not_found(NoteId id) {
  return {ErrorCode::not_found, fmt::format("there is no note {}", to_string(id))};
}

NoteRevision required_revision(db::Session& session, const Actor& actor, NoteId id,
                               std::int64_t version) {
  auto revision = store::find_revision(session, actor.user, id, version);
  if (revision) return std::move(*revision);
  throw Error(ErrorCode::not_found,
              fmt::format("of note {} no version {} is kept", to_string(id), version));
}

Stale stale_or_throw(const Refusal& refusal) {
  if (refusal.code == ErrorCode::stale) return {refusal.current};
  throw Error(refusal.code, refusal.why);
}

Changed changed(Written written) {
  if (auto* note = std::get_if<Note>(&written)) return std::move(*note);
  return stale_or_throw(std::get<Refusal>(written));
}

std::optional<Stale> failed(const std::optional<Refusal>& refusal) {
  if (!refusal) return std::nullopt;
  return stale_or_throw(*refusal);
}

Notes::WriteAnswer answer_of(NoteOutcome outcome) {
  if (auto* refusal = std::get_if<Refusal>(&outcome)) {
    if (refusal->code == ErrorCode::stale) return Stale{refusal->current};
    return Error(refusal->code, refusal->why);
  }
  if (auto* result = std::get_if<OperationResult>(&outcome)) return std::move(*result);
  return Postponed{};
}

/// One more than asked for tells whether there is a next page.
NotePage read_page(db::Session& session, const Actor& actor, const domain::NoteQuery& query) {
  NotePage page;
  auto asked = query;
  ++asked.limit;
  page.items = store::list_notes(session, actor.user, asked);
  if (page.items.size() > query.limit) {
    page.items.resize(query.limit);
    page.next = position_of(page.items.back(), query.sort);
  }
  return page;
}

void check(std::vector<Violation> violations) {
  if (!violations.empty()) throw Error(std::move(violations));
}

/// Makes the note what one of its revisions says.
Changed patch_to_revision(db::Session& session, const NoteWriter::Options& options, NoteId id,
                          std::int64_t version, std::optional<std::int64_t> expected_version) {
  NoteWriter writer(session, options);
  auto revision = required_revision(session, options.actor, id, version);
  return changed(writer.patch(id,
                              {.title = std::move(revision.title),
                               .body = std::move(revision.body),
                               .tags = std::move(revision.tags)},
                              expected_version));
}

Note insert_new(NoteWriter& writer, const domain::NoteDraft& draft, Timestamp now) {
  const auto id = NoteId::make(now);
  auto made = writer.insert(id, draft);
  if (!made) throw Error(ErrorCode::conflict, fmt::format("the id {} is taken", to_string(id)));
  return std::move(*made);
}

std::vector<OperationResult> apply_in(db::Session& session, NoteWriter::Options options,
                                      const std::vector<NoteOperation>& operations) {
  if (operations.empty()) return {};
  options.changes = static_cast<std::int64_t>(operations.size());
  NoteWriter writer(session, options);
  return apply(writer, operations, options.now);
}

}  // namespace

Notes::Notes(db::Database& database, const Clock& clock, NoteRules rules)
    : database_(database), clock_(clock), rules_(rules) {}

template <typename Work>
auto Notes::write(const Actor& actor, Timestamp now, Work work) {
  return database_.transact([&](db::Session& session) {
    NoteWriter writer(session, {.actor = actor, .now = now, .rules = rules_});
    return work(writer);
  });
}

template <typename Result, typename Work>
Once<Result> Notes::write_once(const Actor& actor, const Receipt<Result>& receipt, Timestamp now,
                               Work work) {
  return run_once(database_, receipt, now, [&](db::Session& session) {
    NoteWriter writer(session, {.actor = actor, .now = now, .rules = rules_});
    return work(writer);
  });
}

Note Notes::create(const Actor& actor, const domain::NoteDraft& draft) {
  check(validate(draft));
  const Timestamp now = clock_.now();
  return write(actor, now, [&](NoteWriter& writer) { return insert_new(writer, draft, now); });
}

Once<Note> Notes::create(const Actor& actor, const domain::NoteDraft& draft,
                         const Receipt<Note>& receipt) {
  check(validate(draft));
  const Timestamp now = clock_.now();
  return write_once(actor, receipt, now,
                    [&](NoteWriter& writer) { return insert_new(writer, draft, now); });
}

Changed Notes::create_as(const Actor& actor, NoteId id, const domain::NoteDraft& draft) {
  auto violations = validate(draft);
  if (!domain::may_be_chosen(id)) {
    violations.push_back({"id", "not_a_chosen_id",
                          "must be a UUID of version 4 or 7 (RFC 9562), made anew for this note"});
  }
  check(std::move(violations));
  auto made =
      write(actor, clock_.now(), [&](NoteWriter& writer) { return writer.insert(id, draft); });
  if (made) return std::move(*made);
  const auto current = database_.read(
      [&](db::Session& session) { return store::find_note_anywhere(session, actor.user, id); });
  return Stale{current ? std::optional(current->version) : std::nullopt};
}

std::vector<Notes::WriteAnswer> Notes::write(std::span<const NoteRequest> requests) {
  std::vector<WriteAnswer> answers(requests.size(), Postponed{});
  std::vector<NoteRequest> valid;
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < requests.size(); ++at) {
    const auto& operation = requests[at].operation;
    if (auto violations = validate(operation); !violations.empty()) {
      answers[at] = Error(std::move(violations));
    } else if (operation.kind != NoteOperation::Kind::create || !operation.id ||
               domain::may_be_chosen(*operation.id)) {
      valid.push_back(requests[at]);
      places.push_back(at);
    }
  }
  if (valid.empty()) return answers;
  const Timestamp now = clock_.now();
  auto outcomes = database_.transact(
      [&](db::Session& session) { return apply_together(session, valid, now, rules_); });
  for (std::size_t n = 0; n < outcomes.size(); ++n) {
    answers[places[n]] = answer_of(std::move(outcomes[n]));
  }
  return answers;
}

std::vector<std::variant<Note, Error>> Notes::get(std::span<const store::NoteKey> keys) {
  if (keys.empty()) return {};
  auto notes =
      database_.read([&](db::Session& session) { return store::find_notes(session, keys); });
  std::vector<std::variant<Note, Error>> found;
  found.reserve(notes.size());
  for (std::size_t at = 0; at < notes.size(); ++at) {
    if (notes[at]) {
      found.emplace_back(std::move(*notes[at]));
    } else {
      found.emplace_back(not_found(keys[at].id));
    }
  }
  return found;
}

Note Notes::get(const Actor& actor, NoteId id) {
  const auto note = database_.read(
      [&](db::Session& session) { return store::find_note(session, actor.user, id); });
  if (!note) throw not_found(id);
  return *note;
}

std::int64_t Notes::version(const Actor& actor, NoteId id) {
  const auto note = database_.read(
      [&](db::Session& session) { return store::find_note_anywhere(session, actor.user, id); });
  if (!note) throw not_found(id);
  return note->version;
}

NotePage Notes::list(const Actor& actor, const domain::NoteQuery& query, Totals totals) {
  auto page =
      database_.read([&](db::Session& session) { return read_page(session, actor, query); });
  if (totals == Totals::counted) page.total = count(actor, query.filter);
  return page;
}

std::vector<NotePage> Notes::list(std::span<const ListRequest> requests) {
  if (requests.empty()) return {};
  return database_.read([&](db::Session& session) {
    std::vector<NotePage> pages;
    for (const auto& [actor, query] : requests) pages.push_back(read_page(session, actor, query));
    return pages;
  });
}

Total Notes::count(const Actor& actor, const domain::NoteFilter& filter) {
  const auto found = database_.read([&](db::Session& session) {
    return store::count_notes(session, actor.user, filter, Total::kMost + 1);
  });
  return {.count = std::min(found, Total::kMost), .capped = found > Total::kMost};
}

RevisionPage Notes::revisions(const Actor& actor, NoteId id, std::int64_t before,
                              std::size_t limit) {
  RevisionPage page;
  page.items = database_.read([&](db::Session& session) {
    // One more than asked for tells whether there is a next page.
    return store::list_revisions(session, actor.user, id, before, limit + 1);
  });
  if (page.items.empty()) get(actor, id);
  if (page.items.size() > limit) {
    page.items.resize(limit);
    page.next_before = page.items.back().version;
  }
  return page;
}

NoteRevision Notes::revision(const Actor& actor, NoteId id, std::int64_t version) {
  return database_.read(
      [&](db::Session& session) { return required_revision(session, actor, id, version); });
}

Changed Notes::restore_revision(const Actor& actor, NoteId id, std::int64_t version,
                                std::optional<std::int64_t> expected_version) {
  const NoteWriter::Options options{.actor = actor, .now = clock_.now(), .rules = rules_};
  return database_.transact([&](db::Session& session) {
    return patch_to_revision(session, options, id, version, expected_version);
  });
}

Once<Changed> Notes::restore_revision(const Actor& actor, NoteId id, std::int64_t version,
                                      std::optional<std::int64_t> expected_version,
                                      const Receipt<Changed>& receipt) {
  const NoteWriter::Options options{.actor = actor, .now = clock_.now(), .rules = rules_};
  return run_once(database_, receipt, options.now, [&](db::Session& session) {
    return patch_to_revision(session, options, id, version, expected_version);
  });
}

Changed Notes::patch(const Actor& actor, NoteId id, const domain::NotePatch& patch,
                     std::optional<std::int64_t> expected_version) {
  check(validate(patch));
  return write(actor, clock_.now(), [&](NoteWriter& writer) {
    return changed(writer.patch(id, patch, expected_version));
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
  return write(actor, clock_.now(),
               [&](NoteWriter& writer) { return failed(writer.trash(id, expected_version)); });
}

Changed Notes::restore(const Actor& actor, NoteId id,
                       std::optional<std::int64_t> expected_version) {
  return write(actor, clock_.now(),
               [&](NoteWriter& writer) { return changed(writer.restore(id, expected_version)); });
}

Once<Changed> Notes::restore(const Actor& actor, NoteId id,
                             std::optional<std::int64_t> expected_version,
                             const Receipt<Changed>& receipt) {
  return write_once(actor, receipt, clock_.now(), [&](NoteWriter& writer) {
    return changed(writer.restore(id, expected_version));
  });
}

std::optional<Stale> Notes::delete_for_good(const Actor& actor, NoteId id,
                                            std::optional<std::int64_t> expected_version) {
  return write(actor, clock_.now(), [&](NoteWriter& writer) {
    return failed(writer.delete_for_good(id, expected_version));
  });
}

std::variant<ChangePage, FeedBroken> Notes::changes(const Actor& actor, const ChangeQuery& query) {
  const bool more_to_place = place_notes(actor);
  auto read = database_.read([&](db::Session& session) {
    return store::read_feed(session, actor.user, query.since, query.limit);
  });
  const bool from_nothing = query.since == 0;
  // What was deleted before a client began from nothing is no loss to it.
  const auto base = from_nothing ? read.last_sequence : query.base.value_or(0);
  const bool forgotten = std::max(query.since, base) < read.forgotten_sequence;
  if (forgotten || std::max(query.since, base) > read.last_sequence) {
    return FeedBroken{.first = read.forgotten_sequence, .last = read.last_sequence};
  }
  ChangePage page{.changes = std::move(read.changes),
                  .next = read.read_to,
                  .has_more = read.has_more || more_to_place};
  if (page.has_more && (from_nothing || query.base)) page.base = base;
  return page;
}

std::vector<OperationResult> Notes::batch(const Actor& actor,
                                          const std::vector<NoteOperation>& operations) {
  check(validate(operations));
  const Timestamp now = clock_.now();
  return database_.transact([&](db::Session& session) {
    return apply_in(session, {.actor = actor, .now = now, .rules = rules_}, operations);
  });
}

Once<std::vector<OperationResult>> Notes::batch(
    const Actor& actor, const std::vector<NoteOperation>& operations,
    const Receipt<std::vector<OperationResult>>& receipt) {
  check(validate(operations));
  const Timestamp now = clock_.now();
  return run_once(database_, receipt, now, [&](db::Session& session) {
    return apply_in(session, {.actor = actor, .now = now, .rules = rules_}, operations);
  });
}

ImportReport Notes::import_file(const Actor& actor, const std::vector<ImportedNote>& notes) {
  if (notes.empty()) return {};
  const Timestamp now = clock_.now();
  return database_.transact([&](db::Session& session) {
    NoteWriter writer(session, {.actor = actor,
                                .now = now,
                                .rules = rules_,
                                .changes = static_cast<std::int64_t>(notes.size())});
    return import_notes(writer, notes, now);
  });
}

bool Notes::place_notes(const Actor& actor) {
  const auto unplaced = database_.read([&](db::Session& session) {
    return store::count_unplaced(session, actor.user, kPlacedAtOnce);
  });
  if (unplaced == 0) return false;
  database_.transact([&](db::Session& session) {
    const auto first = store::take_sequences(session, actor.user, unplaced);
    store::place_notes(session, actor.user, first, unplaced);
  });
  return unplaced == kPlacedAtOnce;
}

}  // namespace notes::service
