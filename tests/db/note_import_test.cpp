#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "db/notes_fixture.hpp"
#include "support/database.hpp"

namespace notes {
namespace {

using namespace std::chrono_literals;
using domain::Note;
using domain::NoteId;
using service::ImportedNote;
using service::ImportReport;
using tests::NotesFixture;
using tests::Postgres;
using tests::Sqlite;

const auto kFirst = *NoteId::parse("919108f7-52d1-4320-9bac-f847db4148a8");
const auto kSecond = *NoteId::parse("019aa5e4-2f1c-7abc-8def-0123456789ab");

std::string counts(const ImportReport& report) {
  return fmt::format("{} created, {} updated, {} unchanged, {} failed", report.created,
                     report.updated, report.unchanged, report.failed);
}

}  // namespace

TEST_CASE_TEMPLATE("a file that is imported twice changes nothing the second time", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const auto long_ago = *Timestamp::parse("2020-01-01T00:00:00Z");
  std::vector<ImportedNote> file{
      {.line = 1,
       .id = kFirst,
       .draft = {.title = "1", .body = "b", .tags = {"Work", "회의"}, .pinned = true},
       .created_at = long_ago},
      {.line = 2, .id = kSecond, .draft = {.title = "2"}, .created_at = at.clock.now() + 1h}};
  CHECK(counts(at.notes.import_file(at.me, file)) == "2 created, 0 updated, 0 unchanged, 0 failed");
  const Note first = at.notes.get(at.me, kFirst);
  CHECK(first == Note{.id = kFirst,
                      .owner = at.me.user,
                      .title = "1",
                      .body = "b",
                      .tags = {"Work", "회의"},
                      .pinned = true,
                      .version = 1,
                      .created_at = long_ago,
                      .updated_at = at.clock.now()});
  CHECK(at.notes.get(at.me, kSecond).created_at == at.clock.now());  // not made in the future
  at.clock.advance(1s);
  file[0].draft.tags = {"회의", "WORK"};
  CHECK(counts(at.notes.import_file(at.me, file)) == "0 created, 0 updated, 2 unchanged, 0 failed");
  CHECK(at.notes.get(at.me, kFirst) == first);

  file[0].draft.body = "changed";
  CHECK(counts(at.notes.import_file(at.me, file)) == "0 created, 1 updated, 1 unchanged, 0 failed");
  CHECK(at.notes.get(at.me, kFirst).body == "changed");
  CHECK(at.notes.get(at.me, kFirst).created_at == long_ago);
  CHECK(at.notes.revision(at.me, kFirst, 1).body == "b");
  const auto feed = std::get<service::ChangePage>(at.notes.changes(at.me, {}));
  REQUIRE(feed.changes.size() == 2);
  CHECK(feed.changes[1].id == kFirst);
}

TEST_CASE_TEMPLATE("what cannot be imported fails by itself", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const Note theirs = at.notes.create(at.other, {.title = "theirs"});
  const Note trashed = at.notes.create(at.me, {.title = "trashed"});
  at.notes.trash(at.me, trashed.id, std::nullopt);
  const auto report = at.notes.import_file(
      at.me, {{.line = 1, .draft = {.title = "without an id"}},
              {.line = 2, .draft = {.title = ""}},
              {.line = 3, .id = theirs.id, .draft = {.title = "mine now"}},
              {.line = 4, .id = trashed.id, .draft = {.title = "out"}},
              {.line = 5, .id = NoteId(), .draft = {.title = "nil"}},
              {.line = 6, .draft = {.title = "x"}, .problems = {{"/titel", "unknown", "no"}}},
              {.line = 7, .id = kFirst, .draft = {.title = "a"}},
              {.line = 8, .id = kFirst, .draft = {.title = "b"}}});
  CHECK(counts(report) == "2 created, 1 updated, 0 unchanged, 5 failed");
  std::string failures;
  for (const auto& [line, problem] : report.failures) {
    failures += fmt::format("{} {} {}; ", line, problem.pointer, problem.code);
  }
  CHECK(failures ==
        "2 /title too_short; 3 /id conflict; 4 /id conflict; 5 /id not_a_chosen_id; "
        "6 /titel unknown; ");
  CHECK(at.notes.get(at.other, theirs.id) == theirs);
  CHECK(at.notes.get(at.me, kFirst).title == "b");
  CHECK(at.notes.list(at.me, {.limit = 10}).items.size() == 2);
}

TEST_CASE_TEMPLATE("a thousand notes are imported at once", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  std::vector<ImportedNote> file;
  for (std::size_t i = 1; i <= service::kMostImported; ++i) {
    file.push_back({.line = i, .draft = {.title = std::to_string(i)}});
  }
  CHECK(at.notes.import_file(at.me, file).created == 1000);
  CHECK(at.notes.import_file(at.me, {}).created == 0);
  CHECK(at.notes.list(at.me, {.limit = 2000}).items.size() == 1000);
}

}  // namespace notes
