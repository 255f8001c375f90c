#include "domain/note_list.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <soci/soci.h>

#include "db/notes_fixture.hpp"
#include "store/note_list.hpp"

namespace notes {
namespace {

using namespace std::chrono_literals;
using domain::Note;
using domain::NoteFilter;
using domain::NoteQuery;
using domain::NoteSort;
using tests::NotesFixture;
using tests::Postgres;
using tests::Sqlite;

using Titles = std::vector<std::string>;

constexpr NoteSort kSorts[] = {NoteSort::created, NoteSort::updated, NoteSort::title};

Titles titles_of(const std::vector<Note>& notes) {
  Titles titles;
  for (const auto& note : notes) titles.push_back(note.title);
  return titles;
}

template <typename Fixture>
Titles listed(Fixture& at, const NoteFilter& filter) {
  return titles_of(at.notes.list(at.me, {.sort = NoteSort::title, .filter = filter}).items);
}

/// What `sort` means, said once more without a database.
bool stands_before(const Note& a, const Note& b, NoteSort sort) {
  if (sort == NoteSort::title) return std::tie(a.title, a.id) < std::tie(b.title, b.id);
  const auto at = [&](const Note& note) {
    return sort == NoteSort::created ? note.created_at : note.updated_at;
  };
  return std::pair(at(a), a.id) > std::pair(at(b), b.id);
}

/// Twenty thousand notes: of fewer, PostgreSQL would rather sort them all than walk an index.
template <typename Backend>
void fill(NotesFixture<Backend>& at) {
  const auto cast = [](const std::string& text, const std::string& type) {
    return "CAST(" + text + " AS " + (Backend::kEngine == db::Engine::sqlite ? "TEXT" : type) + ")";
  };
  const auto id = cast("'019aa5e4-2f1c-7abc-8def-0000000' || CAST(10000 + n AS TEXT)", "UUID");
  const auto time = cast(
      "'2026-11-21T' || CAST(10 + n / 3600 AS TEXT) || ':' || CAST(10 + n / 60 % 50 AS TEXT) || "
      "':' "
      "|| CAST(10 + n % 50 AS TEXT) || '.000000Z'",
      "TIMESTAMPTZ");
  const auto owner = cast("'" + to_string(at.me.user) + "'", "UUID");
  tests::execute(at.open.backend.url(),
                 {"WITH RECURSIVE counted (n) AS "
                  "(SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n < 19999) "
                  "INSERT INTO notes (id, owner_id, title, body, created_at, updated_at) SELECT " +
                  id + ", " + owner + ", 'note ' || CAST(n * 7919 % 20000 AS TEXT), '', " + time +
                  ", " + time + " FROM counted"});
}

/// The lines of the database's plan for a list.
template <typename Fixture>
std::string plan_of(Fixture& at, const NoteQuery& query) {
  const auto session =
      db::open_session(db::Url::parse(at.open.backend.url()), tests::database_settings(""));
  session->soci() << "ANALYZE";
  const bool titles = query.sort == NoteSort::title;
  auto sql = store::list_statement(session->dialect(), query);
  const auto put = [&](const std::string& name, const std::string& value) {
    if (const auto found = sql.find(name); found != std::string::npos)
      sql.replace(found, name.size(), value);
  };
  put(":owner", "'" + to_string(at.me.user) + "'");
  put(":after_key", titles ? "'note 15'" : "'2026-11-21T12:30:00.000000Z'");
  put(":after_id", "'919108f7-52d1-4320-9bac-f847db4148a8'");
  put(":limit", "50");
  const bool lite = session->dialect().engine() == db::Engine::sqlite;
  const soci::rowset<soci::row> rows = session->soci().prepare
                                       << (lite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + sql;
  std::string plan;
  for (const auto& row : rows) plan += row.get<std::string>(row.size() - 1) + "\n";
  return plan;
}

}  // namespace

TEST_CASE_TEMPLATE("titles stand in the order of their code points, on both databases", Backend,
                   Sqlite, Postgres) {
  NotesFixture<Backend> at;
  for (const auto* title : {"가", "b", "A", "é", "a b", "10", "a", "B", "9", "ab", "_",
                            "\xF0\x9F\x98\x80", "z", "a-b", "\xEF\xBF\xBD"}) {
    at.notes.create(at.me, {title});
  }
  CHECK(listed(at, {}) == Titles{"10", "9", "A", "B", "_", "a", "a b", "a-b", "ab", "b", "z", "é",
                                 "가", "\xEF\xBF\xBD", "\xF0\x9F\x98\x80"});
}

TEST_CASE_TEMPLATE("in every order the pages hold each note once, ties and all", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  std::mt19937 random(7);
  std::vector<Note> all;
  for (int i = 0; i < 60; ++i) {
    if (random() % 2 == 0) at.clock.advance(1us);
    all.push_back(at.notes.create(at.me, {.title = "t" + std::to_string(random() % 9)}));
  }
  for (int i = 0; i < 30; ++i) {
    auto& note = all[random() % all.size()];
    if (random() % 2 == 0) at.clock.advance(1us);
    note = std::get<Note>(at.notes.patch(at.me, note.id, {.pinned = true}, std::nullopt));
  }
  for (const auto sort : kSorts) {
    CAPTURE(static_cast<int>(sort));
    auto expected = all;
    std::sort(expected.begin(), expected.end(),
              [&](const Note& a, const Note& b) { return stands_before(a, b, sort); });
    for (const std::size_t limit : {1U, 7U, 60U}) {
      std::vector<Note> walked;
      NoteQuery query{.sort = sort, .limit = limit};
      for (;;) {
        const auto page = at.notes.list(at.me, query);
        walked.insert(walked.end(), page.items.begin(), page.items.end());
        if (!page.next) break;
        query.after = page.next;
      }
      CHECK((walked == expected));
    }
  }
}

TEST_CASE_TEMPLATE("a filter lets through what holds for all that it names", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  const auto start = at.clock.now();
  const auto a = at.notes.create(at.me, {.title = "a", .tags = {"Work", "x"}, .pinned = true});
  at.clock.advance(10s);
  at.notes.create(at.me, {.title = "b", .tags = {"home"}, .archived = true});
  at.clock.advance(10s);
  const auto c = at.notes.create(at.me, {.title = "c", .tags = {"work"}, .archived = true});
  at.notes.create(at.other, {.title = "theirs", .tags = {"work"}, .pinned = true});
  at.clock.advance(10s);
  at.notes.patch(at.me, a.id, {.body = "changed"}, std::nullopt);

  CHECK(listed(at, {}) == Titles{"a", "b", "c"});
  CHECK(listed(at, {.tag = "work"}) == Titles{"a", "c"});
  CHECK(listed(at, {.tag = "none"}).empty());
  CHECK(listed(at, {.pinned = true}) == Titles{"a"});
  CHECK(listed(at, {.pinned = false}) == Titles{"b", "c"});
  CHECK(listed(at, {.archived = true}) == Titles{"b", "c"});
  CHECK(listed(at, {.tag = "work", .archived = true}) == Titles{"c"});
  CHECK(listed(at, {.created_from = start + 10s}) == Titles{"b", "c"});
  CHECK(listed(at, {.created_before = start + 10s}) == Titles{"a"});
  CHECK(listed(at, {.created_from = start + 10s, .created_before = start + 20s}) == Titles{"b"});
  CHECK(listed(at, {.updated_from = start + 20s}) == Titles{"a", "c"});
  CHECK(listed(at, {.updated_before = start + 30s}) == Titles{"b", "c"});

  at.notes.trash(at.me, c.id, std::nullopt);
  CHECK(listed(at, {.tag = "work"}) == Titles{"a"});
  CHECK(listed(at, {.trashed = true}) == Titles{"c"});
  CHECK(listed(at, {.pinned = true, .trashed = true}).empty());
  const auto trash = at.notes.list(at.me, {.filter = {.trashed = true}}).items;
  REQUIRE(trash.size() == 1);
  CHECK(trash[0].deleted_at == start + 30s);
  CHECK(trash[0].version == 2);
}

TEST_CASE_TEMPLATE("a total counts what the filter lets through, up to ten thousand", Backend,
                   Sqlite, Postgres) {
  NotesFixture<Backend> at;
  for (int i = 0; i < 3; ++i) at.notes.create(at.me, {.title = "t", .pinned = i == 0});
  at.notes.create(at.other, {.title = "theirs"});
  const auto total = [&](const NoteFilter& filter) {
    const auto page =
        at.notes.list(at.me, {.filter = filter, .limit = 1}, service::Totals::counted);
    REQUIRE(page.total.has_value());
    return std::pair(page.total->count, page.total->capped);
  };
  CHECK_FALSE(at.notes.list(at.me, {}).total.has_value());
  CHECK(total({}) == std::pair<std::int64_t, bool>(3, false));
  CHECK(total({.pinned = true}) == std::pair<std::int64_t, bool>(1, false));
  tests::execute(
      at.open.backend.url(),
      {"WITH RECURSIVE more (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < 9997) "
       "INSERT INTO notes (id, owner_id, title, body, created_at, updated_at) "
       "SELECT CAST('019aa5e4-2f1c-7abc-8def-0000000' || CAST(10000 + n AS TEXT) AS " +
       std::string(Backend::kEngine == db::Engine::sqlite ? "TEXT" : "UUID") +
       "), owner_id, title, body, created_at, updated_at FROM more, notes "
       "WHERE pinned = 1"});
  CHECK(total({}) == std::pair<std::int64_t, bool>(10'000, false));
  at.notes.create(at.me, {.title = "one more"});
  CHECK(total({}) == std::pair<std::int64_t, bool>(10'000, true));
}

TEST_CASE_TEMPLATE("bodies that are not asked for are not read", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const auto note = at.notes.create(at.me, {.title = "t", .body = "text", .tags = {"a"}});
  const auto items = at.notes.list(at.me, {.bodies = domain::Bodies::left_out}).items;
  REQUIRE(items.size() == 1);
  CHECK(items[0].body.empty());
  CHECK(items[0].tags == note.tags);
  CHECK(items[0].version == 1);
}

TEST_CASE_TEMPLATE("each order has its index, from the first page and from any other", Backend,
                   Sqlite, Postgres) {
  NotesFixture<Backend> at;
  fill<Backend>(at);
  const std::string indexes[] = {"notes_owner_created", "notes_owner_updated", "notes_owner_title"};
  for (std::size_t i = 0; i < 3; ++i) {
    for (const bool first : {true, false}) {
      NoteQuery query{.sort = kSorts[i]};
      if (!first) query.after = domain::NotePosition{};
      const auto plan = plan_of(at, query);
      CAPTURE(plan);
      CHECK(plan.find(indexes[i]) != std::string::npos);
      CHECK(plan.find("Sort") == std::string::npos);
      CHECK(plan.find("TEMP B-TREE FOR ORDER") == std::string::npos);
    }
  }
}

}  // namespace notes
