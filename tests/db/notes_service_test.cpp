#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "db/notes_fixture.hpp"
#include "service/readiness.hpp"
#include "store/consistency.hpp"
#include "store/note_stats.hpp"
#include "store/schema_head.hpp"
#include "support/database.hpp"

namespace notes {
namespace {

using namespace std::chrono_literals;
using domain::Actor;
using domain::Note;
using domain::NoteDraft;
using domain::NotePatch;
using tests::NotesFixture;
using tests::Postgres;
using tests::Sqlite;

/// The note that a change has left; fails the test when it was not made.
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

}  // namespace

TEST_CASE_TEMPLATE("a note is kept as it was made", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const std::string body = "tab\t, quote ', backslash \\, :name, 회의록, \xF0\x9F\x98\x80\r\n";
  const Note made = at.notes.create(at.me, {"title", body});
  CHECK(made.version == 1);
  CHECK(to_string(made.created_at) == "2026-11-21T11:30:00.123456Z");
  CHECK(made.updated_at == made.created_at);
  CHECK(made.body == body);
  CHECK(at.notes.get(at.me, made.id) == made);
}

TEST_CASE_TEMPLATE("another owner's note is not found, whatever is done with it", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const Note mine = at.notes.create(at.me, {"mine", "secret"});
  CHECK(code_of([&] { at.notes.get(at.other, mine.id); }) == ErrorCode::not_found);
  CHECK(code_of([&] {
          at.notes.patch(at.other, mine.id, {.title = "theirs", .body = {}}, std::nullopt);
        }) == ErrorCode::not_found);
  CHECK(code_of([&] { at.notes.trash(at.other, mine.id, std::nullopt); }) == ErrorCode::not_found);
  CHECK(at.notes.list(at.other, {.limit = 10}).items.empty());
  CHECK(at.notes.get(at.me, mine.id) == mine);
}

TEST_CASE_TEMPLATE("notes of the same microsecond have one order, and each stands on one page",
                   Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  std::vector<Note> made;
  for (int i = 0; i < 7; ++i) made.push_back(at.notes.create(at.me, {std::to_string(i), ""}));
  std::reverse(made.begin(),
               made.end());  // one process' ids grow: the last made is the first listed
  const auto first = at.notes.list(at.me, {.limit = 3});
  CHECK(first.items == std::vector<Note>(made.begin(), made.begin() + 3));
  REQUIRE(first.next.has_value());
  const auto second = at.notes.list(at.me, {.limit = 3, .after = first.next});
  CHECK(second.items == std::vector<Note>(made.begin() + 3, made.begin() + 6));
  const auto third = at.notes.list(at.me, {.limit = 3, .after = second.next});
  CHECK(third.items == std::vector<Note>{made.back()});
  CHECK_FALSE(third.next.has_value());
  CHECK_FALSE(at.notes.list(at.me, {.limit = 7}).next.has_value());
}

TEST_CASE_TEMPLATE("a patch changes what it names, and the version and time with it", Backend,
                   Sqlite, Postgres) {
  NotesFixture<Backend> at;
  Note expected = at.notes.create(at.me, {"title", "body"});
  at.clock.advance(1500ms);
  const auto patched =
      made(at.notes.patch(at.me, expected.id, {.body = "new body"}, expected.version));
  expected.body = "new body";
  expected.version = 2;
  expected.updated_at = expected.created_at + 1500ms;
  CHECK(patched == expected);
  CHECK(at.notes.get(at.me, expected.id) == expected);
  CHECK(made(at.notes.patch(at.me, expected.id, NotePatch{}, std::nullopt)) == expected);
}

TEST_CASE_TEMPLATE("a version that is not the current one changes nothing", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {"title", "body"});
  const NotePatch patch{.title = "late", .body = {}};
  const service::Changed stale = service::Stale{1};
  CHECK((at.notes.patch(at.me, note.id, patch, 7) == stale));
  CHECK((at.notes.patch(at.me, note.id, NotePatch{}, 7) == stale));
  CHECK((at.notes.replace(at.me, note.id, {"late"}, 7) == stale));
  CHECK((at.notes.restore(at.me, note.id, 7) == stale));
  CHECK(at.notes.trash(at.me, note.id, 7) == service::Stale{1});
  CHECK(at.notes.get(at.me, note.id) == note);
}

TEST_CASE_TEMPLATE("a tag is one tag of its owner in any case, and spelt as it was first", Backend,
                   Sqlite, Postgres) {
  using Names = std::vector<std::string>;
  NotesFixture<Backend> at;
  const Note first = at.notes.create(at.me, {.title = "1", .tags = {"zoo", "Work", "회의"}});
  CHECK(first.tags == Names{"Work", "zoo", "회의"});
  CHECK(at.notes.get(at.me, first.id) == first);
  const Note second = at.notes.create(at.me, {.title = "2", .tags = {"WORK", "new"}});
  CHECK(second.tags == Names{"Work", "new"});
  const Note theirs = at.notes.create(at.other, {.title = "3", .tags = {"WORK"}});
  CHECK(theirs.tags == Names{"WORK"});
  CHECK(at.notes.list(at.me, {.limit = 10}).items == std::vector<Note>{second, first});
  CHECK(at.notes.list(at.other, {.limit = 10}).items == std::vector<Note>{theirs});
}

TEST_CASE_TEMPLATE("a patch replaces the tags it names, and leaves them where it names none",
                   Backend, Sqlite, Postgres) {
  using Names = std::vector<std::string>;
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {.title = "t", .tags = {"a", "b"}, .pinned = true});
  const Note kept = made(at.notes.patch(at.me, note.id, {.archived = true}, std::nullopt));
  CHECK(kept.tags == Names{"a", "b"});
  CHECK(kept.pinned);
  CHECK(kept.archived);
  CHECK(at.notes.get(at.me, note.id) == kept);
  const Note replaced = made(
      at.notes.patch(at.me, note.id, {.tags = Names{"B", "c"}, .pinned = false}, std::nullopt));
  CHECK(replaced.tags == Names{"b", "c"});
  CHECK_FALSE(replaced.pinned);
  CHECK(replaced.archived);
  CHECK(at.notes.get(at.me, note.id) == replaced);
  const Note bare = made(at.notes.patch(at.me, note.id, {.tags = Names{}}, std::nullopt));
  CHECK(bare.tags.empty());
  CHECK(at.notes.get(at.me, note.id) == bare);
  // With a version that is not the current one nothing is written, the tags neither.
  const service::Changed stale = service::Stale{4};
  CHECK((at.notes.patch(at.me, note.id, {.tags = Names{"late"}}, 1) == stale));
  CHECK(at.notes.get(at.me, note.id) == bare);
}

TEST_CASE_TEMPLATE("what breaks a rule is not stored", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  CHECK(code_of([&] { at.notes.create(at.me, {"", ""}); }) == ErrorCode::invalid);
  CHECK(code_of([&] { at.notes.create(at.me, {.title = "t", .tags = {" "}}); }) ==
        ErrorCode::invalid);
  CHECK(code_of([&] {
          at.notes.create(at.me, {"t", std::string("a\0b", 3)});
        }) == ErrorCode::invalid);
  CHECK(at.notes.list(at.me, {.limit = 10}).items.empty());
}

TEST_CASE_TEMPLATE("a note in the trash is gone for every call, and keeps its row", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {"title", "body"});
  at.notes.trash(at.me, note.id, std::nullopt);
  CHECK(code_of([&] { at.notes.get(at.me, note.id); }) == ErrorCode::not_found);
  CHECK(code_of([&] { at.notes.trash(at.me, note.id, std::nullopt); }) == ErrorCode::not_found);
  CHECK(at.notes.list(at.me, {.limit = 10}).items.empty());
  // Its row is still there: the same id cannot be taken again.
  CHECK_THROWS_AS(tests::execute(at.open.backend.url(),
                                 {"INSERT INTO notes (id, owner_id, title, body, created_at, "
                                  "updated_at) SELECT id, owner_id, title, body, created_at, "
                                  "updated_at FROM notes"}),
                  Error);
}

TEST_CASE_TEMPLATE("a replacement leaves nothing of what was there before", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  Note expected = at.notes.create(
      at.me, {.title = "old", .body = "old body", .tags = {"a"}, .pinned = true, .archived = true});
  at.clock.advance(1s);
  const Note replaced =
      made(at.notes.replace(at.me, expected.id, {.title = "new", .tags = {"b"}}, 1));
  expected = {.id = expected.id,
              .owner = at.me.user,
              .title = "new",
              .body = "",
              .tags = {"b"},
              .version = 2,
              .created_at = expected.created_at,
              .updated_at = expected.created_at + 1s};
  CHECK(replaced == expected);
  CHECK(at.notes.get(at.me, expected.id) == expected);
}

TEST_CASE_TEMPLATE("a client's id is taken once, whoever has it", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const auto id = *domain::NoteId::parse("919108f7-52d1-4320-9bac-f847db4148a8");
  const Note note = made(at.notes.create_as(at.me, id, {.title = "mine", .tags = {"a"}}));
  CHECK(note.id == id);
  CHECK(note.tags == std::vector<std::string>{"a"});
  CHECK(at.notes.get(at.me, id) == note);
  const auto again = at.notes.create_as(at.me, id, {.title = "again", .tags = {"b"}});
  CHECK((again == service::Changed(service::Stale{1})));
  const auto theirs = at.notes.create_as(at.other, id, {.title = "theirs"});
  CHECK((theirs == service::Changed(service::Stale{std::nullopt})));
  CHECK_FALSE(at.notes.trash(at.me, id, std::nullopt).has_value());
  const auto in_trash = at.notes.create_as(at.me, id, {.title = "over the trashed one"});
  CHECK((in_trash == service::Changed(service::Stale{2})));
  CHECK(made(at.notes.restore(at.me, id, std::nullopt)).title == "mine");
  const auto nil = domain::NoteId();
  CHECK(code_of([&] { at.notes.create_as(at.me, nil, {.title = "nil"}); }) == ErrorCode::invalid);
}

TEST_CASE_TEMPLATE("a note comes back from the trash as it went there", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  Note expected =
      at.notes.create(at.me, {.title = "t", .body = "b", .tags = {"a"}, .pinned = true});
  at.clock.advance(1s);
  CHECK_FALSE(at.notes.trash(at.me, expected.id, 1).has_value());
  at.clock.advance(1s);
  CHECK((at.notes.restore(at.me, expected.id, 1) == service::Changed(service::Stale{2})));
  CHECK(code_of([&] { at.notes.restore(at.other, expected.id, std::nullopt); }) ==
        ErrorCode::not_found);
  expected.version = 3;
  expected.updated_at = expected.created_at + 2s;
  CHECK(made(at.notes.restore(at.me, expected.id, 2)) == expected);
  CHECK(at.notes.get(at.me, expected.id) == expected);
  // One that is not in the trash stays as it is.
  CHECK(made(at.notes.restore(at.me, expected.id, std::nullopt)) == expected);
  CHECK(code_of([&] { at.notes.restore(at.me, domain::NoteId(), std::nullopt); }) ==
        ErrorCode::not_found);
}

TEST_CASE_TEMPLATE("only what lies in the trash is deleted for good", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {.title = "t", .tags = {"a"}});
  const auto remove = [&](const Actor& actor, std::optional<std::int64_t> version) {
    return at.notes.delete_for_good(actor, note.id, version);
  };
  CHECK(code_of([&] { remove(at.me, std::nullopt); }) == ErrorCode::conflict);
  CHECK(at.notes.get(at.me, note.id) == note);
  CHECK_FALSE(at.notes.trash(at.me, note.id, std::nullopt).has_value());
  CHECK(code_of([&] { remove(at.other, std::nullopt); }) == ErrorCode::not_found);
  CHECK(remove(at.me, 1) == service::Stale{2});
  CHECK_FALSE(remove(at.me, 2).has_value());
  CHECK(code_of([&] { remove(at.me, std::nullopt); }) == ErrorCode::not_found);
  CHECK(code_of([&] { at.notes.restore(at.me, note.id, std::nullopt); }) == ErrorCode::not_found);
}

TEST_CASE_TEMPLATE("counts that held a note do not outlive its end", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {.title = "t"});
  at.clock.advance(1s);
  at.open.database.transact([&](db::Session& session) {
    store::recompute_note_stats(session, {}, at.me.user, at.clock.now());
  });
  at.clock.advance(1s);
  CHECK_FALSE(at.notes.trash(at.me, note.id, std::nullopt).has_value());
  CHECK_FALSE(at.notes.delete_for_good(at.me, note.id, std::nullopt).has_value());

  const auto rules = store::consistency_rules();
  const auto wrong = std::ranges::find(rules, "note_stats_wrong", &store::ConsistencyRule::name);
  REQUIRE(wrong != rules.end());
  const auto offenders = at.open.database.read(
      [&](db::Session& session) { return store::find_offenders(session, *wrong, 1); });
  CHECK(offenders.examples.empty());
  CHECK(offenders.count == 0);
}

TEST_CASE_TEMPLATE(
    "of writers with one version in hand one wins, and the others hear which is there", Backend,
    Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {.title = "start"});
  std::atomic<int> won = 0;
  std::atomic<int> lost = 0;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 8; ++i) {
      writers.emplace_back([&, i] {
        const domain::NotePatch patch{.title = std::to_string(i),
                                      .tags = std::vector{std::to_string(i)}};
        const auto changed = at.notes.patch(at.me, note.id, patch, 1);
        ++(changed == service::Changed(service::Stale{2}) ? lost : won);
      });
    }
  }
  CHECK(won == 1);
  CHECK(lost == 7);
  const Note left = at.notes.get(at.me, note.id);
  CHECK(left.version == 2);
  CHECK(left.tags == std::vector<std::string>{left.title});
}

TEST_CASE_TEMPLATE("readiness names the revision that is missing", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  service::ReadinessProbe probe(at.open.database, at.clock);
  CHECK(probe.check().ready());
  const auto forget =
      "DELETE FROM notes_migrate WHERE revision = '" + std::string(store::kSchemaHead) + "'";
  tests::execute(at.open.backend.url(), {forget});
  const auto missing = probe.check();
  CHECK_FALSE(missing.ready());
  REQUIRE(missing.checks.size() == 3);
  CHECK(missing.checks[1].name == "schema");
  CHECK(missing.checks[1].detail.find(store::kSchemaHead) != std::string::npos);
}

}  // namespace notes
