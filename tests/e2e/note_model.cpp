#include "e2e/note_model.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace notes::tests {
namespace {

/// What the model does not know yet.
constexpr std::string_view kUnknown = "unknown";

std::string_view name_of(ListOrder order) {
  switch (order) {
    case ListOrder::created:
      return "-created_at";
    case ListOrder::updated:
      return "-updated_at";
    case ListOrder::title:
      return "title";
  }
  return {};
}

std::string text_of(const NoteJson& note) {
  return fmt::format("{} '{}' '{}' [{}] pinned={} archived={} {} {} deleted={} version={}", note.id,
                     note.title, note.body, fmt::join(note.tags, ","), note.pinned, note.archived,
                     note.created_at, note.updated_at, note.deleted_at.value_or("no"),
                     note.version);
}

std::string text_of(const std::vector<NoteJson>& notes) {
  std::string text;
  for (const auto& note : notes) text += "\n    " + text_of(note);
  return text;
}

bool passes(const NoteJson& note, const ListQuery& query) {
  const bool tagged = query.tag.empty() ||
                      std::find(note.tags.begin(), note.tags.end(), query.tag) != note.tags.end();
  return tagged && note.deleted_at.has_value() == query.trashed &&
         query.pinned.value_or(note.pinned) == note.pinned &&
         query.archived.value_or(note.archived) == note.archived;
}

}  // namespace

void expect(bool holds, std::string_view what) {
  if (!holds) throw Mismatch(std::string(what));
}

std::string ListQuery::target() const {
  const auto flag = [](std::string_view name, const std::optional<bool>& value) {
    return value ? fmt::format("&{}={}", name, *value) : std::string();
  };
  return fmt::format("/api/v1/notes?limit={}&sort={}", limit, name_of(order)) +
         (tag.empty() ? "" : "&tag=" + tag) + flag("pinned", pinned) + flag("archived", archived) +
         (trashed ? "&trashed=true" : "");
}

ListPosition ListPosition::of(const NoteJson& note, ListOrder order) {
  switch (order) {
    case ListOrder::created:
      return {note.created_at, note.id};
    case ListOrder::updated:
      return {note.updated_at, note.id};
    case ListOrder::title:
      return {note.title, note.id};
  }
  return {};
}

bool precedes(const ListPosition& one, const ListPosition& other, ListOrder order) {
  const auto left = std::tie(one.key, one.id);
  const auto right = std::tie(other.key, other.id);
  return order == ListOrder::title ? left < right : left > right;
}

const NoteJson& NoteModel::at(std::string_view id) const {
  const auto found = notes_.find(id);
  expect(found != notes_.end(), fmt::format("the client has no note {}", id));
  return found->second;
}

void NoteModel::put(NoteJson note) {
  auto id = note.id;
  notes_.insert_or_assign(std::move(id), std::move(note));
}

void NoteModel::trash(std::string_view id) {
  auto note = at(id);
  ++note.version;
  note.deleted_at = kUnknown;
  note.updated_at = kUnknown;
  put(std::move(note));
}

void NoteModel::erase(std::string_view id) {
  const auto found = notes_.find(id);
  expect(found != notes_.end(), fmt::format("the client has no note {}", id));
  notes_.erase(found);
}

std::vector<NoteJson> NoteModel::listed(const ListQuery& query,
                                        const std::optional<ListPosition>& behind) const {
  std::vector<NoteJson> all;
  for (const auto& [id, note] : notes_) {
    if (!passes(note, query)) continue;
    if (behind && !precedes(*behind, ListPosition::of(note, query.order), query.order)) continue;
    all.push_back(note);
  }
  std::sort(all.begin(), all.end(), [&](const NoteJson& one, const NoteJson& other) {
    return precedes(ListPosition::of(one, query.order), ListPosition::of(other, query.order),
                    query.order);
  });
  return all;
}

void NoteModel::check(const NoteJson& seen) {
  auto known = at(seen.id);
  const bool learns = known.deleted_at == kUnknown && seen.deleted_at == seen.updated_at;
  if (learns) known.deleted_at = known.updated_at = seen.updated_at;
  expect(seen == known, fmt::format("the note is\n    {}\n  and should be\n    {}", text_of(seen),
                                    text_of(known)));
  if (learns) put(std::move(known));
}

void NoteModel::check(const std::vector<NoteJson>& seen, const std::vector<NoteJson>& listed) {
  const auto same_id = [](const NoteJson& one, const NoteJson& other) {
    return one.id == other.id;
  };
  expect(std::equal(seen.begin(), seen.end(), listed.begin(), listed.end(), same_id),
         fmt::format("the list has{}\n  and should have{}", text_of(seen), text_of(listed)));
  for (const auto& note : seen) check(note);
}

}  // namespace notes::tests
