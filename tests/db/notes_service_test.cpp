#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "migrate/migrator.hpp"
#include "service/notes.hpp"
#include "service/readiness.hpp"
#include "store/schema_head.hpp"
#include "support/database.hpp"

namespace notes {
namespace {

using namespace std::chrono_literals;
using domain::Actor;
using domain::Note;
using domain::NoteDraft;
using domain::NotePatch;
using tests::OpenDatabase;
using tests::Postgres;
using tests::Sqlite;

/// A database with the project's own schema and a second user beside the local one.
template <typename Backend>
struct NotesFixture {
  NotesFixture() {
    migrate::MigratorSettings settings;
    settings.directory = NOTES_MIGRATIONS_DIR;
    migrate::Observer silent;
    const auto database = tests::database_settings(open.backend.url());
    migrate::Migrator(db::Url::parse(open.backend.url()), database, settings, clock, silent)
        .upgrade(migrate::parse_revision_spec("head"));
    tests::execute(open.backend.url(),
                   {"INSERT INTO users (id, email, display_name, role, created_at, updated_at) "
                    "VALUES ('00000000-0000-7000-8000-000000000002', 'other@example.org', 'Other', "
                    "'member', '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z')"});
  }

  OpenDatabase<Backend> open;
  tests::ManualClock clock{*Timestamp::parse("2026-11-21T11:30:00.123456Z")};
  service::Notes notes{open.database, clock};
  const Actor me{};
  const Actor other{*domain::UserId::parse("00000000-0000-7000-8000-000000000002")};
};

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
  CHECK(at.notes.list(at.other, 10, std::nullopt).items.empty());
  CHECK(at.notes.get(at.me, mine.id) == mine);
}

TEST_CASE_TEMPLATE("notes of the same microsecond have one order, and each stands on one page",
                   Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  std::vector<Note> made;
  for (int i = 0; i < 7; ++i) made.push_back(at.notes.create(at.me, {std::to_string(i), ""}));
  std::reverse(made.begin(),
               made.end());  // one process' ids grow: the last made is the first listed
  const auto first = at.notes.list(at.me, 3, std::nullopt);
  CHECK(first.items == std::vector<Note>(made.begin(), made.begin() + 3));
  REQUIRE(first.next.has_value());
  const auto second = at.notes.list(at.me, 3, first.next);
  CHECK(second.items == std::vector<Note>(made.begin() + 3, made.begin() + 6));
  const auto third = at.notes.list(at.me, 3, second.next);
  CHECK(third.items == std::vector<Note>{made.back()});
  CHECK_FALSE(third.next.has_value());
  CHECK_FALSE(at.notes.list(at.me, 7, std::nullopt).next.has_value());
}

TEST_CASE_TEMPLATE("a patch changes what it names, and the version and time with it", Backend,
                   Sqlite, Postgres) {
  NotesFixture<Backend> at;
  Note expected = at.notes.create(at.me, {"title", "body"});
  at.clock.advance(1500ms);
  const auto patched =
      at.notes.patch(at.me, expected.id, {.title = {}, .body = "new body"}, expected.version);
  expected.body = "new body";
  expected.version = 2;
  expected.updated_at = expected.created_at + 1500ms;
  CHECK(patched == expected);
  CHECK(at.notes.get(at.me, expected.id) == expected);
  CHECK(at.notes.patch(at.me, expected.id, NotePatch{}, std::nullopt) == expected);
}

TEST_CASE_TEMPLATE("a version that is not the current one changes nothing", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {"title", "body"});
  const NotePatch patch{.title = "late", .body = {}};
  CHECK(code_of([&] { at.notes.patch(at.me, note.id, patch, 7); }) == ErrorCode::stale);
  CHECK(code_of([&] { at.notes.patch(at.me, note.id, NotePatch{}, 7); }) == ErrorCode::stale);
  CHECK(code_of([&] { at.notes.trash(at.me, note.id, 7); }) == ErrorCode::stale);
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
  CHECK(at.notes.list(at.me, 10, std::nullopt).items == std::vector<Note>{second, first});
  CHECK(at.notes.list(at.other, 10, std::nullopt).items == std::vector<Note>{theirs});
}

TEST_CASE_TEMPLATE("a patch replaces the tags it names, and leaves them where it names none",
                   Backend, Sqlite, Postgres) {
  using Names = std::vector<std::string>;
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {.title = "t", .tags = {"a", "b"}, .pinned = true});
  const Note kept = at.notes.patch(at.me, note.id, {.archived = true}, std::nullopt);
  CHECK(kept.tags == Names{"a", "b"});
  CHECK(kept.pinned);
  CHECK(kept.archived);
  CHECK(at.notes.get(at.me, note.id) == kept);
  const Note replaced =
      at.notes.patch(at.me, note.id, {.tags = Names{"B", "c"}, .pinned = false}, std::nullopt);
  CHECK(replaced.tags == Names{"b", "c"});
  CHECK_FALSE(replaced.pinned);
  CHECK(replaced.archived);
  CHECK(at.notes.get(at.me, note.id) == replaced);
  const Note bare = at.notes.patch(at.me, note.id, {.tags = Names{}}, std::nullopt);
  CHECK(bare.tags.empty());
  CHECK(at.notes.get(at.me, note.id) == bare);
  // With a version that is not the current one nothing is written, the tags neither.
  CHECK(code_of([&] { at.notes.patch(at.me, note.id, {.tags = Names{"late"}}, 1); }) ==
        ErrorCode::stale);
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
  CHECK(at.notes.list(at.me, 10, std::nullopt).items.empty());
}

TEST_CASE_TEMPLATE("a note in the trash is gone for every call, and keeps its row", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {"title", "body"});
  at.notes.trash(at.me, note.id, std::nullopt);
  CHECK(code_of([&] { at.notes.get(at.me, note.id); }) == ErrorCode::not_found);
  CHECK(code_of([&] { at.notes.trash(at.me, note.id, std::nullopt); }) == ErrorCode::not_found);
  CHECK(at.notes.list(at.me, 10, std::nullopt).items.empty());
  // Its row is still there: the same id cannot be taken again.
  CHECK_THROWS_AS(tests::execute(at.open.backend.url(),
                                 {"INSERT INTO notes (id, owner_id, title, body, created_at, "
                                  "updated_at) SELECT id, owner_id, title, body, created_at, "
                                  "updated_at FROM notes"}),
                  Error);
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
  REQUIRE(missing.checks.size() == 2);
  CHECK(missing.checks[1].detail.find(store::kSchemaHead) != std::string::npos);
}

}  // namespace notes
