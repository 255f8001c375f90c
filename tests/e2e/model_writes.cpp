#include "e2e/model_writes.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace notes::tests {
namespace {

/// Beyond so many a client rather throws notes away.
constexpr std::size_t kMostNotes = 40;

HttpClient::Fields json_fields() { return {{"Content-Type", "application/json"}}; }

HttpClient::Fields merge_patch_fields() {
  return {{"Content-Type", "application/merge-patch+json"}};
}

std::string tag_of(const NoteJson& note) { return fmt::format("\"{}\"", note.version); }

/// The note that an answer holds, with its tag.
NoteJson answered_note(const HttpResponse& answer, int status) {
  expect_status(answer, status);
  auto note = read_note(answer.body);
  expect(answer.header("etag") == tag_of(note), "the ETag is not of the note's version");
  return note;
}

NoteJson worded(NoteJson note, const Wording& wording) {
  note.title = wording.title;
  note.body = wording.body;
  note.tags = wording.tags;
  note.pinned = wording.pinned;
  note.archived = wording.archived;
  return note;
}

/// `expected` is what the note is but for `updated_at`, which the answer tells.
void expect_changed(OwnNotes& own, const HttpResponse& answer, NoteJson expected) {
  const auto note = answered_note(answer, 200);
  expect(note.updated_at >= note.created_at, "a note changed before it was made");
  expected.updated_at = note.updated_at;
  own.model.put(std::move(expected));
  own.model.check(note);
}

void expect_made(OwnNotes& own, const HttpResponse& answer, const Wording& wording) {
  const auto note = answered_note(answer, 201);
  expect(answer.header("location") == path_of(note.id), "the Location is not the note's");
  expect(!own.model.notes().contains(note.id), "an id that is another note's");
  const NoteJson given{.id = note.id,
                       .title = {},
                       .body = {},
                       .tags = {},
                       .created_at = note.created_at,
                       .updated_at = note.created_at,
                       .deleted_at = {},
                       .version = 1};
  own.model.put(worded(given, wording));
  own.model.check(note);
}

HttpClient::Fields with(HttpClient::Fields fields, std::string name, std::string value) {
  fields.emplace_back(std::move(name), std::move(value));
  return fields;
}

/// If-Match, half of the time.
HttpClient::Fields maybe_matched(OwnNotes& own, const NoteJson& note,
                                 HttpClient::Fields fields = {}) {
  if (own.chance(50)) return fields;
  return with(std::move(fields), "If-Match", tag_of(note));
}

Exchange create(OwnNotes& own) {
  const auto wording = own.new_wording();
  return {.method = "POST",
          .target = std::string(kNotes),
          .fields = json_fields(),
          .body = wording.json(),
          .check = [&own, wording](const auto& answer) { expect_made(own, answer, wording); }};
}

/// With a key: the first time, or again what was made under the last one.
Exchange create_once(OwnNotes& own) {
  if (own.keyed && own.chance(60)) {
    // Once in a flight: while one is under way another is refused.
    const auto keyed = *std::exchange(own.keyed, std::nullopt);
    return {.method = "POST",
            .target = std::string(kNotes),
            .fields = with(json_fields(), "Idempotency-Key", keyed.key),
            .body = keyed.request,
            .check = [&own, keyed](const HttpResponse& answer) {
              expect_status(answer, 201);
              expect(answer.header("idempotent-replayed") == "true", "it was done again");
              expect(answer.body == keyed.answer,
                     "the replayed answer is not the first: " + keyed.answer);
              own.keyed = keyed;
            }};
  }
  auto exchange = create(own);
  const auto key = own.new_id();
  exchange.fields.emplace_back("Idempotency-Key", key);
  exchange.check = [&own, key, request = exchange.body,
                    check = std::move(exchange.check)](const HttpResponse& answer) {
    check(answer);
    own.keyed = {.key = key, .request = request, .answer = answer.body};
  };
  return exchange;
}

Exchange create_as(OwnNotes& own) {
  const auto wording = own.new_wording();
  const auto id = own.new_id();
  return {.method = "PUT",
          .target = path_of(id),
          .fields = with(json_fields(), "If-None-Match", "*"),
          .body = wording.json(),
          .check = [&own, wording, id](const HttpResponse& answer) {
            expect_made(own, answer, wording);
            expect(own.model.notes().contains(id), "the note has not the id it was given");
          }};
}

Exchange replace(OwnNotes& own, const NoteJson& note) {
  const auto wording = own.new_wording(note);
  auto expected = worded(note, wording);
  ++expected.version;
  return {.method = "PUT",
          .target = path_of(note.id),
          .fields = maybe_matched(own, note, json_fields()),
          .body = wording.json(),
          .check = [&own, expected](const auto& answer) { expect_changed(own, answer, expected); }};
}

/// Some of the members; of none of them the note stays as it is.
Exchange patch(OwnNotes& own, const NoteJson& note) {
  const auto wording = own.new_wording(note);
  auto expected = note;
  std::string members;
  const auto set = [&](std::string_view name, const std::string& json) {
    members += fmt::format("{}\"{}\":{}", members.empty() ? "" : ",", name, json);
  };
  if (own.chance(50)) set("title", "\"" + (expected.title = wording.title) + "\"");
  if (own.chance(30)) set("body", "\"" + (expected.body = wording.body) + "\"");
  if (own.chance(40)) {
    expected.tags = wording.tags;
    set("tags", fmt::format("[\"{}\"]", fmt::join(wording.tags, "\",\"")));
  }
  if (own.chance(40)) set("pinned", fmt::to_string(expected.pinned = wording.pinned));
  if (own.chance(40)) set("archived", fmt::to_string(expected.archived = wording.archived));
  if (!members.empty()) ++expected.version;
  return {.method = "PATCH",
          .target = path_of(note.id),
          .fields = maybe_matched(own, note, merge_patch_fields()),
          .body = "{" + members + "}",
          .check = [&own, expected](const auto& answer) { expect_changed(own, answer, expected); }};
}

Exchange trash(OwnNotes& own, const NoteJson& note) {
  return {.method = "DELETE",
          .target = path_of(note.id),
          .fields = maybe_matched(own, note),
          .body = {},
          .check = [&own, id = note.id](const HttpResponse& answer) {
            expect_status(answer, 204);
            own.model.trash(id);
          }};
}

Exchange restore(OwnNotes& own, const NoteJson& note) {
  auto expected = note;
  if (expected.deleted_at) ++expected.version;
  expected.deleted_at.reset();
  return {.method = "POST",
          .target = path_of(note.id) + "/restore",
          .fields = maybe_matched(own, note),
          .body = {},
          .check = [&own, expected](const auto& answer) { expect_changed(own, answer, expected); }};
}

Exchange delete_for_good(OwnNotes& own, const NoteJson& note) {
  return {.method = "DELETE",
          .target = path_of(note.id) + "?permanent=true",
          .fields = maybe_matched(own, note),
          .body = {},
          .check = [&own, id = note.id](const HttpResponse& answer) {
            expect_status(answer, 204);
            own.bury(id);
          }};
}

Exchange make_one(OwnNotes& own) {
  using Make = Exchange (*)(OwnNotes&);
  constexpr std::array<Make, 4> kMakes{create, create, create_once, create_as};
  return kMakes[own.below(kMakes.size())](own);
}

}  // namespace

Exchange write_exchange(OwnNotes& own) {
  using Change = Exchange (*)(OwnNotes&, const NoteJson&);
  constexpr std::array<Change, 6> kOfLive{replace, replace, patch, patch, patch, trash};
  constexpr std::array<Change, 3> kOfTrashed{restore, restore, delete_for_good};
  const bool full = own.model.notes().size() >= kMostNotes;
  if (!full && own.chance(35)) return make_one(own);
  if (own.chance(full ? 60 : 25)) {
    if (const auto id = own.take_trashed()) {
      const auto change = full ? delete_for_good : kOfTrashed[own.below(kOfTrashed.size())];
      return change(own, own.model.at(*id));
    }
  }
  if (const auto id = own.take_live()) {
    const auto change = full && own.chance(50) ? trash : kOfLive[own.below(kOfLive.size())];
    return change(own, own.model.at(*id));
  }
  return make_one(own);
}

}  // namespace notes::tests
