#include <chrono>
#include <limits>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include "db/notes_fixture.hpp"
#include "db/query.hpp"
#include "support/database.hpp"

namespace notes {
namespace {

using namespace std::chrono_literals;
using domain::Note;
using domain::NoteId;
using domain::NoteRevision;
using tests::NotesFixture;
using tests::Postgres;
using tests::Sqlite;
using Names = std::vector<std::string>;
using Versions = std::vector<std::int64_t>;

constexpr auto kNewest = std::numeric_limits<std::int64_t>::max();

Note made(const service::Changed& changed) {
  REQUIRE(std::holds_alternative<Note>(changed));
  return std::get<Note>(changed);
}

template <typename Work>
ErrorCode code_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("nothing was thrown");
  return ErrorCode::internal;
}

Versions kept(service::Notes& notes, const domain::Actor& actor, NoteId id) {
  Versions versions;
  for (const auto& revision : notes.revisions(actor, id, kNewest, 1000).items) {
    versions.push_back(revision.version);
  }
  return versions;
}

}  // namespace

TEST_CASE_TEMPLATE("what a note said before a change of its text is kept", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const Note first = at.notes.create(at.me, {.title = "회의", .body = "one", .tags = {"b", "a"}});
  CHECK(kept(at.notes, at.me, first.id).empty());
  at.clock.advance(1s);
  at.notes.patch(at.me, first.id, {.body = "two"}, 1);
  at.clock.advance(1s);
  at.notes.patch(at.me, first.id, {.pinned = true, .archived = true}, 2);
  at.clock.advance(1s);
  at.notes.patch(at.me, first.id, {.tags = Names{}}, 3);
  at.notes.replace(at.me, first.id, {.title = "four"}, 4);

  const auto page = at.notes.revisions(at.me, first.id, kNewest, 10);
  const auto start = first.created_at;
  CHECK(
      page.items ==
      std::vector<NoteRevision>{
          {.version = 4, .title = "회의", .body = "", .tags = {}, .updated_at = start + 3s},
          {.version = 3, .title = "회의", .body = "", .tags = {"a", "b"}, .updated_at = start + 2s},
          {.version = 1, .title = "회의", .body = "", .tags = {"a", "b"}, .updated_at = start}});
  CHECK_FALSE(page.next_before.has_value());
  CHECK(at.notes.revision(at.me, first.id, 1) ==
        NoteRevision{
            .version = 1, .title = "회의", .body = "one", .tags = {"a", "b"}, .updated_at = start});
  CHECK(at.notes.revision(at.me, first.id, 3).body == "two");
  const auto older = at.notes.revisions(at.me, first.id, 4, 1);
  REQUIRE(older.items.size() == 1);
  CHECK(older.items[0].version == 3);
  CHECK(older.next_before == 3);
}

TEST_CASE_TEMPLATE("what was not changed leaves no revision", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {.title = "t"});
  at.notes.patch(at.me, note.id, {.title = "late"}, 7);
  at.notes.patch(at.me, note.id, {}, std::nullopt);
  at.notes.trash(at.me, note.id, std::nullopt);
  CHECK(code_of([&] { at.notes.patch(at.me, note.id, {.title = "in the trash"}, std::nullopt); }) ==
        ErrorCode::not_found);
  at.notes.restore(at.me, note.id, std::nullopt);
  CHECK(kept(at.notes, at.me, note.id).empty());
}

TEST_CASE_TEMPLATE("an earlier version comes back as a new one", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const Note first = at.notes.create(at.me, {.title = "old", .body = "o", .tags = {"x"}});
  const Note second = made(at.notes.replace(
      at.me, first.id, {.title = "new", .body = "n", .tags = {"y"}, .pinned = true}, 1));
  CHECK((at.notes.restore_revision(at.me, first.id, 1, 1) == service::Changed(service::Stale{2})));
  CHECK(at.notes.get(at.me, first.id) == second);
  CHECK(kept(at.notes, at.me, first.id) == Versions{1});
  at.clock.advance(1s);
  const Note restored = made(at.notes.restore_revision(at.me, first.id, 1, 2));
  Note expected = first;
  expected.version = 3;
  expected.pinned = true;
  expected.updated_at = first.created_at + 1s;
  CHECK(restored == expected);
  CHECK(at.notes.get(at.me, first.id) == expected);
  CHECK(kept(at.notes, at.me, first.id) == Versions{2, 1});
  CHECK(made(at.notes.restore_revision(at.me, first.id, 2, std::nullopt)).title == "new");
}

TEST_CASE_TEMPLATE("only the owner sees a revision, and only of a note that is there", Backend,
                   Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {.title = "mine"});
  at.notes.patch(at.me, note.id, {.title = "mine still"}, 1);
  const auto refused = [&](const domain::Actor& actor, std::int64_t version) {
    return code_of([&] { at.notes.revision(actor, note.id, version); }) == ErrorCode::not_found &&
           code_of([&] { at.notes.restore_revision(actor, note.id, version, std::nullopt); }) ==
               ErrorCode::not_found;
  };
  CHECK(refused(at.other, 1));
  CHECK(code_of([&] { at.notes.revisions(at.other, note.id, kNewest, 10); }) ==
        ErrorCode::not_found);
  CHECK(refused(at.me, 2));  // the one that is there is no revision
  CHECK(refused(at.me, kNewest));
  at.notes.trash(at.me, note.id, std::nullopt);
  CHECK(refused(at.me, 1));
  CHECK(code_of([&] { at.notes.revisions(at.me, note.id, kNewest, 10); }) == ErrorCode::not_found);
  at.notes.restore(at.me, note.id, std::nullopt);
  CHECK(at.notes.revision(at.me, note.id, 1).title == "mine");
}

TEST_CASE_TEMPLATE("as many revisions are kept as the rules say, the newest", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  service::Notes few(at.open.database, at.clock, {.max_revisions = 3});
  const Note note = few.create(at.me, {.title = "1"});
  for (int i = 2; i <= 4; ++i) few.patch(at.me, note.id, {.title = std::to_string(i)}, {});
  CHECK(kept(few, at.me, note.id) == Versions{3, 2, 1});
  few.patch(at.me, note.id, {.pinned = true}, {});
  few.patch(at.me, note.id, {.title = "6"}, {});
  CHECK(kept(few, at.me, note.id) == Versions{5, 3, 2});
  CHECK(few.revision(at.me, note.id, 5).title == "4");
  service::Notes none(at.open.database, at.clock, {.max_revisions = 0});
  none.patch(at.me, note.id, {.title = "7"}, {});
  CHECK(kept(few, at.me, note.id) == Versions{5, 3, 2});
  service::Notes one(at.open.database, at.clock, {.max_revisions = 1});
  one.patch(at.me, note.id, {.title = "8"}, {});
  CHECK(kept(few, at.me, note.id) == Versions{7});
}

TEST_CASE_TEMPLATE("a note that is deleted for good takes its revisions along", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {.title = "secret"});
  at.notes.patch(at.me, note.id, {.title = "clean"}, {});
  at.notes.trash(at.me, note.id, {});
  const auto count = [&] {
    return at.open.database.read([](db::Session& session) {
      return *db::query(session, "SELECT CAST(COUNT(*) AS TEXT) FROM note_revisions")[0][0];
    });
  };
  CHECK(count() == "1");
  at.notes.delete_for_good(at.me, note.id, {});
  CHECK(count() == "0");
  // The id is free again, and what comes under it has no past.
  made(at.notes.create_as(at.me, note.id, {.title = "another"}));
  CHECK(kept(at.notes, at.me, note.id).empty());
}

TEST_CASE_TEMPLATE("of changes that come at once each keeps what it found", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  service::Notes notes(at.open.database, at.clock, {.max_revisions = 1000});
  const Note note = notes.create(at.me, {.title = "start"});
  std::vector<std::vector<Note>> written(4);
  {
    std::vector<std::jthread> writers;
    for (std::size_t writer = 0; writer < written.size(); ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < 25; ++i) {
          const auto text = std::to_string(writer) + "." + std::to_string(i);
          const auto changed =
              notes.patch(at.me, note.id, {.title = text, .tags = Names{text}}, std::nullopt);
          written[writer].push_back(std::get<Note>(changed));
        }
      });
    }
  }
  std::vector<NoteRevision> expected(100);
  const auto is_now = notes.get(at.me, note.id);
  CHECK(is_now.version == 101);
  expected[99] = {.version = 1, .title = "start", .body = "", .updated_at = note.updated_at};
  for (const auto& notes_of_one : written) {
    for (const auto& each : notes_of_one) {
      if (each.version == 101) continue;
      expected[static_cast<std::size_t>(100 - each.version)] = {.version = each.version,
                                                                .title = each.title,
                                                                .body = "",
                                                                .tags = each.tags,
                                                                .updated_at = each.updated_at};
    }
  }
  CHECK(notes.revisions(at.me, note.id, kNewest, 200).items == expected);
}

}  // namespace notes
