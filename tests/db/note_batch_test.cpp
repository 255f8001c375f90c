#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "db/notes_fixture.hpp"
#include "support/database.hpp"

namespace notes {
namespace {

using domain::Note;
using domain::NoteId;
using service::NoteOperation;
using service::OperationResult;
using tests::NotesFixture;
using tests::Postgres;
using tests::Sqlite;
using Kind = NoteOperation::Kind;
using Outcome = OperationResult::Outcome;

NoteOperation create(const std::string& title, std::optional<NoteId> id = {}) {
  return {.kind = Kind::create, .id = id, .draft = {.title = title}};
}

NoteOperation retitle(NoteId id, const std::string& title,
                      std::optional<std::int64_t> version = {}) {
  return {.kind = Kind::patch, .id = id, .patch = {.title = title}, .expected_version = version};
}

NoteOperation plain(Kind kind, NoteId id, std::optional<std::int64_t> version = {}) {
  return {.kind = kind, .id = id, .expected_version = version};
}

std::vector<Violation> refused(service::Notes& notes, const domain::Actor& actor,
                               const std::vector<NoteOperation>& operations) {
  try {
    notes.batch(actor, operations);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid);
    return error.violations();
  }
  FAIL("accepted");
  return {};
}

const auto kId = *NoteId::parse("919108f7-52d1-4320-9bac-f847db4148a8");

}  // namespace

TEST_CASE_TEMPLATE("a batch does its operations in order, each after those before it", Backend,
                   Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const Note kept = at.notes.create(at.me, {.title = "kept", .body = "b"});
  const auto results = at.notes.batch(
      at.me,
      {create("made", kId),
       retitle(kId, "again", 1),
       plain(Kind::trash, kId, 2),
       plain(Kind::restore, kId, 3),
       plain(Kind::trash, kId),
       plain(Kind::delete_for_good, kId),
       create("anew", kId),
       {.kind = Kind::replace, .id = kept.id, .draft = {.title = "new"}, .expected_version = 1}});
  REQUIRE(results.size() == 8);
  const std::vector<Outcome> outcomes{Outcome::created, Outcome::changed, Outcome::gone,
                                      Outcome::changed, Outcome::gone,    Outcome::gone,
                                      Outcome::created, Outcome::changed};
  for (std::size_t i = 0; i < outcomes.size(); ++i) CHECK(results[i].outcome == outcomes[i]);
  CHECK(results[1].note->title == "again");
  CHECK(results[3].note->version == 4);
  CHECK(results[6].note == at.notes.get(at.me, kId));
  CHECK(at.notes.get(at.me, kId).version == 1);
  CHECK(at.notes.get(at.me, kept.id).body.empty());
  CHECK(at.notes.revision(at.me, kept.id, 1).body == "b");

  // In the feed each note stands at its last change.
  const auto feed = std::get<service::ChangePage>(at.notes.changes(at.me, {.since = 1}));
  REQUIRE(feed.changes.size() == 3);
  CHECK_FALSE(feed.changes[0].note.has_value());
  CHECK(feed.changes[1].note->title == "anew");
  CHECK(feed.changes[2].note->title == "new");
}

TEST_CASE_TEMPLATE("what one operation cannot do, none has done", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {.title = "mine", .tags = {"a"}});
  const Note theirs = at.notes.create(at.other, {.title = "theirs"});
  const auto before = at.notes.list(at.me, {.limit = 10}).items;
  struct Case {
    NoteOperation last;
    std::string code;
  };
  const std::vector<Case> cases{
      {retitle(note.id, "late", 7), "stale"},
      {retitle(theirs.id, "mine now"), "not_found"},
      {plain(Kind::delete_for_good, note.id), "conflict"},
      {plain(Kind::trash, kId, 7), "stale"},
      {create("taken", note.id), "stale"},
      {create("taken by another", theirs.id), "stale"},
      {plain(Kind::restore, NoteId()), "not_found"},
  };
  for (const auto& [last, code] : cases) {
    CAPTURE(code);
    const auto violations =
        refused(at.notes, at.me, {create("new", kId), retitle(note.id, "changed"), last});
    REQUIRE(violations.size() == 1);
    CHECK(violations[0].pointer == "/operations/2");
    CHECK(violations[0].code == code);
    CHECK(at.notes.list(at.me, {.limit = 10}).items == before);
  }
  CHECK(at.notes.revisions(at.me, note.id, 1000, 10).items.empty());
  CHECK(at.notes.get(at.other, theirs.id) == theirs);
  CHECK(std::get<service::ChangePage>(at.notes.changes(at.me, {.since = 1})).changes.empty());
}

TEST_CASE_TEMPLATE("the rules that a batch breaks are all named, where they stand", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const auto violations =
      refused(at.notes, at.me,
              {create("good"),
               create(""),
               create("id", NoteId()),
               {.kind = Kind::patch, .id = kId, .patch = {.tags = std::vector<std::string>{" "}}}});
  REQUIRE(violations.size() == 3);
  CHECK(violations[0].pointer == "/operations/1/note/title");
  CHECK(violations[1].pointer == "/operations/2/id");
  CHECK(violations[2].pointer == "/operations/3/note/tags/0");
  CHECK(at.notes.list(at.me, {.limit = 10}).items.empty());
}

TEST_CASE_TEMPLATE("batches that meet in the opposite order both come through", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const Note a = at.notes.create(at.me, {.title = "a"});
  const Note b = at.notes.create(at.me, {.title = "b"});
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 4; ++writer) {
      writers.emplace_back([&, writer] {
        const auto first = writer % 2 == 0 ? a.id : b.id;
        const auto second = writer % 2 == 0 ? b.id : a.id;
        for (int i = 0; i < 20; ++i) {
          at.notes.batch(at.me, {retitle(first, "x"), retitle(second, "x")});
        }
      });
    }
  }
  CHECK(at.notes.get(at.me, a.id).version == 81);
  CHECK(at.notes.get(at.me, b.id).version == 81);
}

TEST_CASE_TEMPLATE("two owners who want the same ids in the opposite order: one gets them", Backend,
                   Sqlite, Postgres) {
  NotesFixture<Backend> at;
  for (int round = 0; round < 10; ++round) {
    const auto x = NoteId(Uuid::make_v7(at.clock.now()));
    const auto y = NoteId(Uuid::make_v7(at.clock.now()));
    std::atomic<int> made = 0;
    {
      const auto both = [&](const domain::Actor& actor, NoteId first, NoteId second) {
        try {
          at.notes.batch(actor, {create("1", first), create("2", second)});
          ++made;
        } catch (const Error& error) {
          CHECK(error.code() == ErrorCode::invalid);
        }
      };
      std::jthread mine([&] { both(at.me, x, y); });
      std::jthread theirs([&] { both(at.other, y, x); });
    }
    CHECK(made == 1);
  }
}

}  // namespace notes
