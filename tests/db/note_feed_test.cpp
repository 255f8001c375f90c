#include "store/note_feed.hpp"

#include <atomic>
#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "db/notes_fixture.hpp"
#include "db/query.hpp"
#include "store/trash.hpp"
#include "support/database.hpp"

namespace notes {
namespace {

using namespace std::chrono_literals;
using domain::Actor;
using domain::Note;
using domain::NoteChange;
using domain::NoteId;
using service::ChangePage;
using service::ChangeQuery;
using service::FeedBroken;
using tests::NotesFixture;
using tests::Postgres;
using tests::Sqlite;

Note made(const service::Changed& changed) {
  REQUIRE(std::holds_alternative<Note>(changed));
  return std::get<Note>(changed);
}

ChangePage page(service::Notes& notes, const Actor& actor, const ChangeQuery& query) {
  const auto read = notes.changes(actor, query);
  REQUIRE(std::holds_alternative<ChangePage>(read));
  return std::get<ChangePage>(read);
}

bool broken(service::Notes& notes, const Actor& actor, const ChangeQuery& query) {
  return std::holds_alternative<FeedBroken>(notes.changes(actor, query));
}

/// What a client that keeps a copy does, and no more.
class Copy {
 public:
  Copy(service::Notes& notes, const Actor& actor, std::size_t limit)
      : notes_(notes), actor_(actor), limit_(limit) {}

  /// Reads to the end; how many pages that took.
  int sync() {
    for (int pages = 1;; ++pages) {
      const auto read = page(notes_, actor_, {.since = since_, .limit = limit_, .base = base_});
      for (const auto& change : read.changes) {
        CHECK(change.sequence > since_);
        since_ = change.sequence;
        if (change.note) {
          held_[change.id] = *change.note;
        } else {
          held_.erase(change.id);
        }
      }
      since_ = read.next;
      base_ = read.base;
      if (!read.has_more) return pages;
    }
  }

  const std::map<NoteId, Note>& held() const { return held_; }

 private:
  service::Notes& notes_;
  const Actor& actor_;
  std::size_t limit_;
  std::int64_t since_ = 0;
  std::optional<std::int64_t> base_;
  std::map<NoteId, Note> held_;
};

/// Every note of an owner, wherever it lies.
std::map<NoteId, Note> all_notes(service::Notes& notes, const Actor& actor) {
  std::map<NoteId, Note> all;
  for (const bool trashed : {false, true}) {
    for (const auto& note :
         notes.list(actor, {.filter = {.trashed = trashed}, .limit = 10'000}).items) {
      all[note.id] = note;
    }
  }
  return all;
}

/// Does something to a note, or makes one: whatever comes by chance.
class RandomWriter {
 public:
  RandomWriter(service::Notes& notes, const Actor& actor, unsigned seed)
      : notes_(notes), actor_(actor), random_(seed) {}

  void step() {
    const auto text = std::to_string(random_());
    if (mine_.empty() || random_() % 4 == 0) {
      mine_.push_back(notes_.create(actor_, {.title = text, .tags = {text.substr(0, 1)}}).id);
      return;
    }
    const auto id = mine_[random_() % mine_.size()];
    try {
      change(id, text);
    } catch (const Error& error) {
      // Whatever does not fit the note's state is refused, which is no change.
      const bool expected =
          error.code() == ErrorCode::not_found || error.code() == ErrorCode::conflict;
      REQUIRE(expected);
    }
  }

 private:
  void change(NoteId id, const std::string& text) {
    switch (random_() % 7) {
      case 0:
        notes_.patch(actor_, id, {.title = text}, std::nullopt);
        break;
      case 1:
        notes_.patch(actor_, id, {.tags = std::vector{text.substr(0, 1)}, .pinned = true},
                     std::nullopt);
        break;
      case 2:
        notes_.replace(actor_, id, {.title = text, .body = text}, std::nullopt);
        break;
      case 3:
        notes_.patch(actor_, id, {.title = "never"}, 1'000'000);
        break;
      case 4:
        notes_.trash(actor_, id, std::nullopt);
        break;
      case 5:
        notes_.restore(actor_, id, std::nullopt);
        break;
      default:
        notes_.delete_for_good(actor_, id, std::nullopt);
        break;
    }
  }

  service::Notes& notes_;
  const Actor& actor_;
  std::mt19937 random_;
  std::vector<NoteId> mine_;
};

}  // namespace

TEST_CASE_TEMPLATE("a note stands in the feed once, at its latest change", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const Note a = at.notes.create(at.me, {.title = "a", .tags = {"x"}});
  const Note b = at.notes.create(at.me, {.title = "b"});
  at.notes.create(at.other, {.title = "theirs"});
  for (int i = 0; i < 4; ++i) at.notes.patch(at.me, a.id, {.body = "again"}, std::nullopt);
  const Note patched = at.notes.get(at.me, a.id);
  CHECK(patched.version == 5);

  const auto read = page(at.notes, at.me, {});
  CHECK(read.changes == std::vector<NoteChange>{{.sequence = 2, .id = b.id, .note = b},
                                                {.sequence = 6, .id = a.id, .note = patched}});
  CHECK(read.next == 6);
  CHECK_FALSE(read.has_more);
  CHECK_FALSE(read.base.has_value());
  CHECK(page(at.notes, at.me, {.since = 6}).changes.empty());
  CHECK(page(at.notes, at.me, {.since = 6}).next == 6);
  CHECK(page(at.notes, at.other, {}).changes.size() == 1);
}

TEST_CASE_TEMPLATE("the feed tells of the trash, and of what is deleted for good", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const Note a = at.notes.create(at.me, {.title = "a"});
  const Note b = at.notes.create(at.me, {.title = "b"});
  at.clock.advance(1s);
  at.notes.trash(at.me, a.id, std::nullopt);
  Note trashed = a;
  trashed.version = 2;
  trashed.updated_at = a.created_at + 1s;
  trashed.deleted_at = a.created_at + 1s;
  CHECK(page(at.notes, at.me, {.since = 2}).changes ==
        std::vector<NoteChange>{{.sequence = 3, .id = a.id, .note = trashed}});
  at.notes.delete_for_good(at.me, a.id, std::nullopt);
  CHECK(page(at.notes, at.me, {.since = 3}).changes ==
        std::vector<NoteChange>{{.sequence = 4, .id = a.id}});
  at.notes.trash(at.me, b.id, std::nullopt);
  at.notes.restore(at.me, b.id, std::nullopt);
  const auto all = page(at.notes, at.me, {});
  REQUIRE(all.changes.size() == 2);
  CHECK(all.changes[0] == NoteChange{.sequence = 4, .id = a.id});
  CHECK(all.changes[1] == NoteChange{.sequence = 6, .id = b.id, .note = at.notes.get(at.me, b.id)});
}

TEST_CASE_TEMPLATE("a change that was not made is not in the feed", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const Note note = at.notes.create(at.me, {.title = "a"});
  const auto before = page(at.notes, at.me, {});
  at.notes.patch(at.me, note.id, {.title = "late"}, 9);
  at.notes.trash(at.me, note.id, 9);
  at.notes.restore(at.me, note.id, std::nullopt);
  CHECK_THROWS_AS(at.notes.delete_for_good(at.me, note.id, std::nullopt), Error);
  CHECK_THROWS_AS(at.notes.trash(at.other, note.id, std::nullopt), Error);
  CHECK(page(at.notes, at.me, {}).changes == before.changes);
  CHECK(page(at.notes, at.other, {}).changes.empty());
}

TEST_CASE_TEMPLATE("the feed comes in pages, and its end is not passed", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  CHECK(page(at.notes, at.me, {}).next == 0);
  CHECK(broken(at.notes, at.me, {.since = 1}));
  for (int i = 0; i < 7; ++i) at.notes.create(at.me, {.title = std::to_string(i)});
  const auto first = page(at.notes, at.me, {.limit = 3});
  CHECK(first.changes.size() == 3);
  CHECK(first.next == 3);
  CHECK(first.has_more);
  CHECK(first.base == 7);
  const auto last = page(at.notes, at.me, {.since = 3, .limit = 4, .base = first.base});
  CHECK(last.changes.size() == 4);
  CHECK_FALSE(last.has_more);
  CHECK_FALSE(last.base.has_value());
  CHECK(broken(at.notes, at.me, {.since = 8}));
  CHECK(broken(at.notes, at.me, {.since = 3, .base = 8}));
  CHECK(broken(at.notes, at.me, {.since = std::numeric_limits<std::int64_t>::max()}));
}

TEST_CASE_TEMPLATE("who has not heard of a tombstone in time begins anew", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  std::vector<Note> notes;
  for (int i = 0; i < 4; ++i) notes.push_back(at.notes.create(at.me, {.title = "n"}));
  Copy early(at.notes, at.me, 10);
  early.sync();
  at.notes.trash(at.me, notes[0].id, std::nullopt);            // 5
  at.notes.delete_for_good(at.me, notes[0].id, std::nullopt);  // 6
  at.clock.advance(1s);
  const auto cutoff = at.clock.now();
  at.notes.trash(at.me, notes[1].id, std::nullopt);            // 7
  at.notes.delete_for_good(at.me, notes[1].id, std::nullopt);  // 8
  const auto forget = [&](Timestamp before) {
    return at.open.database.transact(
        [&](db::Session& session) { return store::delete_tombstones(session, before, 10); });
  };
  CHECK(at.open.database.read(
            [&](db::Session& session) { return store::count_tombstones(session, cutoff); }) == 1);
  CHECK(forget(cutoff) == 1);
  CHECK(forget(cutoff) == 0);
  CHECK(broken(at.notes, at.me, {.since = 4}));
  CHECK(broken(at.notes, at.me, {.since = 5}));
  CHECK(page(at.notes, at.me, {.since = 6}).changes ==
        std::vector<NoteChange>{{.sequence = 8, .id = notes[1].id}});
  // Who begins from nothing has lost nothing, on no page of the walk.
  const auto first = page(at.notes, at.me, {.limit = 1});
  CHECK(first.next == 3);
  CHECK(first.base == 8);
  CHECK(broken(at.notes, at.me, {.since = 3}));
  const auto second = page(at.notes, at.me, {.since = 3, .limit = 1, .base = first.base});
  CHECK(second.next == 4);
  CHECK(second.base == 8);
  // But what is deleted during the walk must be heard.
  at.notes.trash(at.me, notes[2].id, std::nullopt);            // 9
  at.notes.delete_for_good(at.me, notes[2].id, std::nullopt);  // 10
  at.clock.advance(1s);
  CHECK(forget(at.clock.now()) == 2);
  CHECK(broken(at.notes, at.me, {.since = 4, .base = 8}));
  Copy anew(at.notes, at.me, 1);
  anew.sync();
  CHECK(anew.held() == all_notes(at.notes, at.me));
}

TEST_CASE_TEMPLATE("emptying the trash leaves tombstones with each owner", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const Note mine = at.notes.create(at.me, {.title = "mine"});
  const Note kept = at.notes.create(at.me, {.title = "kept"});
  const Note theirs = at.notes.create(at.other, {.title = "theirs"});
  at.notes.trash(at.me, mine.id, std::nullopt);
  at.notes.trash(at.other, theirs.id, std::nullopt);
  at.clock.advance(1s);
  const auto now = at.clock.now();
  const auto purge = [&](std::size_t limit) {
    return at.open.database.transact([&](db::Session& session) {
      return store::delete_trashed_notes(session, now, limit, now);
    });
  };
  CHECK(purge(10) == 2);
  CHECK(purge(10) == 0);
  CHECK(page(at.notes, at.me, {.since = 2}).changes ==
        std::vector<NoteChange>{{.sequence = 4, .id = mine.id}});
  CHECK(page(at.notes, at.other, {}).changes ==
        std::vector<NoteChange>{{.sequence = 3, .id = theirs.id}});
  CHECK(all_notes(at.notes, at.me).size() == 1);
  CHECK(at.notes.get(at.me, kept.id) == kept);
}

TEST_CASE_TEMPLATE("an id that is made again after its end is a note again", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const Note first = at.notes.create(at.me, {.title = "first"});
  at.notes.trash(at.me, first.id, std::nullopt);
  at.notes.delete_for_good(at.me, first.id, std::nullopt);
  Copy copy(at.notes, at.me, 1);
  copy.sync();
  CHECK(copy.held().empty());
  const Note second = made(at.notes.create_as(at.me, first.id, {.title = "second"}));
  copy.sync();
  CHECK(copy.held() == std::map<NoteId, Note>{{first.id, second}});
  Copy anew(at.notes, at.me, 10);
  anew.sync();
  CHECK(anew.held() == copy.held());
}

TEST_CASE_TEMPLATE("notes that came past the service get their places when the feed is read",
                   Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const Note made = at.notes.create(at.me, {.title = "made"});
  tests::execute(at.open.backend.url(),
                 {R"(INSERT INTO notes (id, owner_id, title, body, created_at, updated_at) VALUES
          ('00000000-0000-7000-8000-00000000a001', '00000000-0000-7000-8000-000000000001', 'b', '',
           '2026-01-01T00:00:00.000000Z', '2026-01-03T00:00:00.000000Z'),
          ('00000000-0000-7000-8000-00000000a002', '00000000-0000-7000-8000-000000000001', 'a', '',
           '2026-01-01T00:00:00.000000Z', '2026-01-02T00:00:00.000000Z'))"});
  const auto read = page(at.notes, at.me, {});
  std::string order;
  for (const auto& change : read.changes) order += change.note->title + " ";
  CHECK(order == "made a b ");
  CHECK(read.next == 3);
  CHECK(page(at.notes, at.me, {.since = 3}).changes.empty());
}

TEST_CASE_TEMPLATE("more notes than are placed at once come all the same", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  std::string values;
  for (int i = 0; i < 2'500; ++i) {
    values += (i == 0 ? "" : ", ") + fmt::format(
                                         "('00000000-0000-7000-8000-{:012x}', '{}', 't', "
                                         "'', '2026-01-01T00:00:00.000000Z', "
                                         "'2026-01-01T00:00:00.000000Z')",
                                         i + 1, to_string(at.me.user));
  }
  const auto insert =
      "INSERT INTO notes (id, owner_id, title, body, created_at, updated_at) VALUES " + values;
  tests::execute(at.open.backend.url(), {insert});
  Copy copy(at.notes, at.me, 700);
  copy.sync();
  CHECK(copy.held().size() == 2'500);
}

TEST_CASE_TEMPLATE("whatever is done, a copy that follows the feed becomes what the service has",
                   Backend, Sqlite, Postgres) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    CAPTURE(seed);
    NotesFixture<Backend> at;
    RandomWriter writer(at.notes, at.me, seed);
    Copy often(at.notes, at.me, 3);
    Copy seldom(at.notes, at.me, 50);
    for (int i = 1; i <= 300; ++i) {
      at.clock.advance(1ms);
      writer.step();
      if (i % 7 == 0) {
        often.sync();
        CHECK(often.held() == all_notes(at.notes, at.me));
      }
    }
    seldom.sync();
    often.sync();
    const auto all = all_notes(at.notes, at.me);
    CHECK(all.size() > 10);
    CHECK(often.held() == all);
    CHECK(seldom.held() == all);
  }
}

TEST_CASE_TEMPLATE("with four writers at once a copy misses nothing", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  Copy copy(at.notes, at.me, 5);
  {
    std::vector<std::jthread> writers;
    std::atomic<int> at_work = 4;
    for (unsigned seed = 0; seed < 4; ++seed) {
      writers.emplace_back([&, seed] {
        RandomWriter writer(at.notes, at.me, 100 + seed);
        for (int i = 0; i < 150; ++i) writer.step();
        --at_work;
      });
    }
    while (at_work > 0) copy.sync();
  }
  copy.sync();
  const auto all = all_notes(at.notes, at.me);
  CHECK(all.size() > 50);
  CHECK(copy.held() == all);
}

TEST_CASE_TEMPLATE("notes that were there before the feed are in it, the last changed last",
                   Backend, Sqlite, Postgres) {
  tests::OpenDatabase<Backend> open;
  tests::ManualClock clock{*Timestamp::parse("2026-11-21T11:30:00Z")};
  migrate::MigratorSettings settings;
  settings.directory = NOTES_MIGRATIONS_DIR;
  migrate::Observer silent;
  migrate::Migrator migrator(db::Url::parse(open.backend.url()),
                             tests::database_settings(open.backend.url()), settings, clock, silent);
  migrator.upgrade(migrate::parse_revision_spec("e2f85b1d6c94"));
  tests::execute(open.backend.url(),
                 {R"(INSERT INTO notes (id, owner_id, title, body, created_at, updated_at) VALUES
          ('00000000-0000-7000-8000-00000000a003', '00000000-0000-7000-8000-000000000001', 'c', '',
           '2026-01-01T00:00:00.000000Z', '2026-01-02T00:00:00.000000Z'),
          ('00000000-0000-7000-8000-00000000a001', '00000000-0000-7000-8000-000000000001', 'b', '',
           '2026-01-01T00:00:00.000000Z', '2026-01-02T00:00:00.000000Z'),
          ('00000000-0000-7000-8000-00000000a002', '00000000-0000-7000-8000-000000000001', 'a', '',
           '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z'))"});
  migrator.upgrade(migrate::parse_revision_spec("head"));
  service::Notes notes(open.database, clock);
  const Actor me{};
  const auto read = page(notes, me, {});
  std::string order;
  for (const auto& change : read.changes) {
    order += fmt::format("{}{} ", change.note->title, change.sequence);
  }
  CHECK(order == "a1 b2 c3 ");
  notes.create(me, {.title = "next"});
  CHECK(page(notes, me, {.since = 3}).next == 4);
}

}  // namespace notes
