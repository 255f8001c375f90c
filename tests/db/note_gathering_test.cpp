#include "service/note_gathering.hpp"

#include <future>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "db/notes_fixture.hpp"
#include "service/search.hpp"
#include "store/note_feed.hpp"
#include "support/database.hpp"

namespace notes {
namespace {

using domain::Note;
using domain::NoteId;
using service::NoteOperation;
using service::NoteRequest;
using service::Notes;
using service::OperationResult;
using service::Postponed;
using service::Stale;
using tests::NotesFixture;
using tests::Postgres;
using tests::Sqlite;
using Kind = NoteOperation::Kind;

NoteOperation create(const std::string& title, std::optional<NoteId> id = {}) {
  return {.kind = Kind::create, .id = id, .draft = {.title = title, .tags = {"gathered"}}};
}

NoteOperation plain(Kind kind, NoteId id, std::optional<std::int64_t> version = {}) {
  return {.kind = kind, .id = id, .expected_version = version};
}

NoteOperation retitle(NoteId id, const std::string& title,
                      std::optional<std::int64_t> version = {}) {
  return {.kind = Kind::patch, .id = id, .patch = {.title = title}, .expected_version = version};
}

const Note& note_of(const Notes::WriteAnswer& answer) {
  REQUIRE(std::holds_alternative<OperationResult>(answer));
  return std::get<OperationResult>(answer).note.value();
}

ErrorCode code_of(const Notes::WriteAnswer& answer) {
  REQUIRE(std::holds_alternative<Error>(answer));
  return std::get<Error>(answer).code();
}

bool is_postponed(const Notes::WriteAnswer& answer) {
  return std::holds_alternative<Postponed>(answer);
}

const auto kChosen = *NoteId::parse("919108f7-52d1-4320-9bac-f847db4148a8");
const auto kNowhere = *NoteId::parse("019108f7-52d1-7320-9bac-f847db4148a8");

/// Both users have written before.
template <typename Backend>
struct Gathering : NotesFixture<Backend> {
  Note mine = this->notes.create(this->me, {.title = "mine", .body = "old"});
  Note theirs = this->notes.create(this->other, {.title = "theirs"});
};

}  // namespace

TEST_CASE_TEMPLATE("gathered reads are what each would be by itself", Backend, Sqlite, Postgres) {
  Gathering<Backend> at;
  const auto trashed = at.notes.create(at.me, {.title = "trashed"});
  at.notes.trash(at.me, trashed.id, {});
  const std::vector<store::NoteKey> keys{{at.me.user, at.mine.id},      {at.me.user, at.theirs.id},
                                         {at.other.user, at.theirs.id}, {at.me.user, trashed.id},
                                         {at.me.user, kNowhere},        {at.me.user, at.mine.id}};
  const auto found = at.notes.get(keys);
  REQUIRE(found.size() == keys.size());
  CHECK(std::get<Note>(found[0]) == at.mine);
  CHECK(std::get<Note>(found[2]) == at.theirs);
  CHECK(std::get<Note>(found[5]) == at.mine);
  for (const std::size_t missing : {1U, 3U, 4U}) {
    CAPTURE(missing);
    const auto& error = std::get<Error>(found[missing]);
    CHECK(error.code() == ErrorCode::not_found);
    CHECK(error.what() == "there is no note " + to_string(keys[missing].id));
  }
  CHECK(at.notes.get(std::vector<store::NoteKey>{}).empty());

  const std::vector<service::ListRequest> lists{
      {at.me, {.limit = 1}}, {at.other, {.limit = 9}}, {at.me, {.filter = {.trashed = true}}}};
  const auto pages = at.notes.list(lists);
  REQUIRE(pages.size() == 3);
  CHECK(pages[0].items == std::vector{at.mine});
  CHECK_FALSE(pages[0].next);
  CHECK(pages[1].items == std::vector{at.theirs});
  REQUIRE(pages[2].items.size() == 1);
  CHECK(pages[2].items[0].id == trashed.id);
}

TEST_CASE_TEMPLATE("gathered writes are done together, a refused one without harm to the others",
                   Backend, Sqlite, Postgres) {
  Gathering<Backend> at;
  const auto bin = at.notes.create(at.me, {.title = "bin"});
  at.notes.trash(at.me, bin.id, {});
  const std::vector<NoteRequest> requests{
      {at.me, create("first")},
      {at.me, retitle(at.mine.id, "changed", 1)},
      {at.me, retitle(at.mine.id, "too late", 1)},
      {at.other, retitle(at.mine.id, "not theirs")},
      {at.other, create("second", kChosen)},
      {at.other, {.kind = Kind::replace, .id = at.theirs.id, .draft = {.title = ""}}},
      {at.other, plain(Kind::trash, at.theirs.id, 1)},
      {at.me, plain(Kind::delete_for_good, at.mine.id)},
      {at.me, plain(Kind::delete_for_good, bin.id)}};
  const auto answers = at.notes.write(requests);
  REQUIRE(answers.size() == requests.size());

  CHECK(note_of(answers[0]).title == "first");
  CHECK(note_of(answers[0]).tags == std::vector<std::string>{"gathered"});
  CHECK(note_of(answers[1]).version == 2);
  CHECK(std::get<Stale>(answers[2]).current == 2);
  CHECK(code_of(answers[3]) == ErrorCode::not_found);
  CHECK(note_of(answers[4]).id == kChosen);
  CHECK(code_of(answers[5]) == ErrorCode::invalid);
  CHECK_FALSE(std::get<OperationResult>(answers[6]).note);
  CHECK(code_of(answers[7]) == ErrorCode::conflict);
  CHECK_FALSE(std::get<OperationResult>(answers[8]).note);

  CHECK(at.notes.get(at.me, note_of(answers[0]).id) == note_of(answers[0]));
  CHECK(at.notes.get(at.me, at.mine.id) == note_of(answers[1]));
  CHECK(at.notes.get(at.me, at.mine.id).title == "changed");
  CHECK(at.notes.revision(at.me, at.mine.id, 1).title == "mine");
  CHECK(at.notes.get(at.other, kChosen) == note_of(answers[4]));
  CHECK(at.notes.version(at.other, at.theirs.id) == 2);
  CHECK_THROWS_AS(at.notes.get(at.other, at.theirs.id), Error);
  CHECK_THROWS_AS(at.notes.version(at.me, bin.id), Error);

  service::Search search(at.open.database);
  std::vector<Violation> none;
  const auto hits =
      search.find(at.me, {.query = domain::read_search_query("first tag:gathered", none)});
  REQUIRE(hits.items.size() == 1);
  CHECK(hits.items[0].note.id == note_of(answers[0]).id);
}

TEST_CASE_TEMPLATE("each gathered change has a number of its own in its owner's feed", Backend,
                   Sqlite, Postgres) {
  Gathering<Backend> at;
  std::vector<NoteRequest> requests;
  for (int n = 0; n < 150; ++n) requests.push_back({at.me, create(fmt::format("note {}", n))});
  requests.push_back({at.other, create("theirs")});
  const auto answers = at.notes.write(requests);
  std::set<std::string> titles;
  for (const auto& answer : answers) titles.insert(note_of(answer).title);
  CHECK(titles.size() == 151);

  const auto feed = std::get<service::ChangePage>(
      at.notes.changes(at.me, {.since = 0, .limit = 500, .base = {}}));
  CHECK_FALSE(feed.has_more);
  CHECK(feed.changes.size() == 151);
  std::set<std::int64_t> numbers;
  for (const auto& change : feed.changes) numbers.insert(change.sequence);
  CHECK(numbers.size() == 151);
  const auto later = at.notes.create(at.me, {.title = "later"});
  const auto rest = std::get<service::ChangePage>(
      at.notes.changes(at.me, {.since = feed.next, .limit = 500, .base = {}}));
  REQUIRE(rest.changes.size() == 1);
  CHECK(rest.changes[0].id == later.id);
}

TEST_CASE_TEMPLATE("an id that is taken, by whomever, is left to be found out alone", Backend,
                   Sqlite, Postgres) {
  Gathering<Backend> at;
  const auto taken = at.notes.create_as(at.other, kChosen, {.title = "theirs"});
  REQUIRE(std::holds_alternative<Note>(taken));
  const auto fresh = *NoteId::parse("919108f7-52d1-4320-9bac-f847db4148a9");
  const auto guessable = *NoteId::parse("00000000-0000-0000-0000-000000000001");
  const std::vector<NoteRequest> requests{{at.me, create("mine", kChosen)},
                                          {at.me, create("one", fresh)},
                                          {at.me, create("two", fresh)},
                                          {at.me, create("three", guessable)}};
  const auto answers = at.notes.write(requests);
  CHECK(is_postponed(answers[0]));
  CHECK(note_of(answers[1]).title == "one");
  CHECK(is_postponed(answers[2]));
  CHECK(is_postponed(answers[3]));
  CHECK(at.notes.get(at.me, fresh).title == "one");
  CHECK(at.notes.get(at.other, kChosen) == std::get<Note>(taken));
}

TEST_CASE_TEMPLATE("who has never written, or is being written for, waits for nobody's batch",
                   Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const std::vector<NoteRequest> first{{at.me, create("first")}};
  CHECK(is_postponed(at.notes.write(first)[0]));
  at.notes.create(at.me, {.title = "by itself"});
  at.notes.create(at.other, {.title = "by itself"});
  CHECK(note_of(at.notes.write(first)[0]).title == "first");
  if constexpr (Backend::kEngine == db::Engine::postgresql) {
    // SQLite has one writer at a time, whosever notes they are.
    at.open.database.transact([&](db::Session& session) {
      store::take_sequences(session, at.me.user, 1);
      service::Notes elsewhere(at.open.database, at.clock);
      const std::vector<NoteRequest> both{{at.me, create("held up")}, {at.other, create("done")}};
      const auto answers =
          std::async(std::launch::async, [&] { return elsewhere.write(both); }).get();
      CHECK(is_postponed(answers[0]));
      CHECK(note_of(answers[1]).title == "done");
    });
  }
}

TEST_CASE_TEMPLATE("when one of them cannot be done at all, nothing of them is", Backend, Sqlite,
                   Postgres) {
  Gathering<Backend> at;
  // A rule of which the statements know nothing.
  tests::execute(at.open.backend.url(),
                 {"CREATE UNIQUE INDEX one_of_each ON notes (owner_id, title)"});
  const std::vector<NoteRequest> requests{
      {at.me, create("not made")}, {at.other, create("nor this")}, {at.me, create("mine")}};
  try {
    at.notes.write(requests);
    FAIL("written");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::conflict);
  }
  CHECK(at.notes.list(at.me, {.limit = 50}).items == std::vector{at.mine});
  CHECK(at.notes.list(at.other, {.limit = 50}).items == std::vector{at.theirs});
}

}  // namespace notes
