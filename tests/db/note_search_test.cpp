#include "store/note_search.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "db/notes_fixture.hpp"
#include "db/query.hpp"
#include "service/search.hpp"

namespace notes {
namespace {

using domain::NoteId;
using service::SearchRequest;
using tests::NotesFixture;
using tests::Postgres;
using tests::Sqlite;

using Ids = std::vector<NoteId>;

domain::SearchQuery read(const std::string& text) {
  std::vector<Violation> violations;
  auto query = domain::read_search_query(text, violations);
  CAPTURE(text);
  REQUIRE(violations.empty());
  return query;
}

/// Every note that is found, page by page.
template <typename Fixture>
Ids found(Fixture& at, const SearchRequest& request, service::Search::Effort effort = {}) {
  service::Search search(at.open.database, effort);
  Ids ids;
  auto asked = request;
  for (;;) {
    const auto page = search.find(at.me, asked);
    CHECK(page.items.size() <= asked.limit);
    for (const auto& item : page.items) ids.push_back(item.note.id);
    if (!page.next) return ids;
    asked.after = page.next;
  }
}

template <typename Fixture>
Ids found(Fixture& at, const std::string& text) {
  return found(at, {.query = read(text)});
}

template <typename Fixture>
std::vector<std::string> column(Fixture& at, const std::string& statement) {
  return at.open.database.read([&](db::Session& session) {
    std::vector<std::string> values;
    for (const auto& row : db::query(session, statement)) values.push_back(row[0].value_or("NULL"));
    return values;
  });
}

/// The documented matching once more, on letters that the tests write: no folding, no text.
///
/// A letter has several ways to be written that are one to a search; two letters of a word or of a
/// run stand together, and anything else between them is a gap.
struct Letter {
  std::vector<std::string> ways;
  bool run = false;
};

constexpr int kGap = -1;

const std::vector<Letter>& letters() {
  static const std::vector<Letter> all{
      // 0..5: Latin, Greek, Cyrillic, a digit
      {{"a", "A", "á", "a\u0301", "ａ", "Ā"}},
      {{"b", "B", "ｂ", "b\u0323"}},
      {{"ı"}},
      {{"σ", "ς", "Σ"}},
      {{"и", "И", "й", "Й"}},
      {{"1", "１", "\u2460", "\u00B9"}},
      // 6..9: Hangul
      {{"회", "\u1112\u116C"}, true},
      {{"의", "\u110B\u1174"}, true},
      {{"록", "\u1105\u1169\u11A8"}, true},
      {{"을"}, true},
      // 10..13: Han
      {{"漢"}, true},
      {{"字"}, true},
      {{"金", "\uF90A"}, true},
      {{"\U00020000"}, true},
      // 14..18: kana; が is another letter than か
      {{"か"}, true},
      {{"が", "か\u3099"}, true},
      {{"ガ", "ｶﾞ"}, true},
      {{"ラ", "ﾗ"}, true},
      {{"ー", "ｰ"}, true},
  };
  return all;
}

const std::vector<std::string>& separators() {
  static const std::vector<std::string> all{" ", ", ", "\n", "。", " 🎉 ", "-", "・"};
  return all;
}

using Symbols = std::vector<int>;

bool is_run(int symbol) { return letters()[static_cast<std::size_t>(symbol)].run; }

/// Whether two symbols that follow each other, with or without a gap, stand together.
bool together(const Symbols& text, std::size_t left, std::size_t right) {
  return right == left + 1 && is_run(text[left]) == is_run(text[right]);
}

std::size_t next_letter(const Symbols& text, std::size_t from) {
  while (from < text.size() && text[from] == kGap) ++from;
  return from;
}

struct Pattern {
  Symbols symbols;
  bool prefix = false;
};

bool stands_at(const Symbols& text, std::size_t from, const Pattern& pattern) {
  const auto& wanted = pattern.symbols;
  auto at = from;
  auto in = next_letter(wanted, 0);
  if (text[at] != wanted[in]) return false;
  if (!is_run(text[at]) && at > 0 && text[at - 1] != kGap && together(text, at - 1, at))
    return false;
  for (auto then = next_letter(wanted, in + 1); then < wanted.size();
       then = next_letter(wanted, in + 1)) {
    const auto follows = next_letter(text, at + 1);
    if (follows == text.size() || text[follows] != wanted[then]) return false;
    if (together(text, at, follows) != together(wanted, in, then)) return false;
    at = follows;
    in = then;
  }
  const bool goes_on = at + 1 < text.size() && text[at + 1] != kGap && together(text, at, at + 1);
  return is_run(text[at]) || pattern.prefix || !goes_on;
}

bool stands_in(const Symbols& text, const Pattern& pattern) {
  for (std::size_t from = 0; from < text.size(); ++from) {
    if (text[from] != kGap && stands_at(text, from, pattern)) return true;
  }
  return false;
}

/// A note as its symbols, and the one that was stored.
struct Written {
  domain::Note note;
  std::vector<Symbols> fields;
  std::vector<int> tags;
};

struct Question {
  std::vector<Pattern> wanted;
  std::vector<Pattern> unwanted;
  std::vector<int> tags;
  std::string text;
};

bool answers(const Written& written, const Question& question) {
  const auto holds = [&](const Pattern& pattern) {
    return std::any_of(written.fields.begin(), written.fields.end(),
                       [&](const Symbols& field) { return stands_in(field, pattern); });
  };
  const auto tagged = [&](int tag) {
    return std::find(written.tags.begin(), written.tags.end(), tag) != written.tags.end();
  };
  return std::all_of(question.wanted.begin(), question.wanted.end(), holds) &&
         std::none_of(question.unwanted.begin(), question.unwanted.end(), holds) &&
         std::all_of(question.tags.begin(), question.tags.end(), tagged);
}

/// Makes random notes and questions of some of the letters.
class Author {
 public:
  Author(unsigned seed, int first, int last) : random_(seed), first_(first), last_(last) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }

  Symbols symbols(std::size_t least, std::size_t most, unsigned gap_in) {
    Symbols made;
    for (auto left = least + below(most - least + 1); left > 0; --left) {
      const bool gap = !made.empty() && made.back() != kGap && below(gap_in) == 0;
      made.push_back(
          gap ? kGap
              : first_ + static_cast<int>(below(static_cast<std::size_t>(last_ - first_ + 1))));
    }
    if (made.back() == kGap) made.back() = first_;
    return made;
  }

  /// In one of the ways there are; now and then with what cannot be seen in between.
  std::string text(const Symbols& symbols, bool one_part = false) {
    std::string written;
    for (const auto symbol : symbols) {
      if (symbol == kGap) {
        written += one_part ? "-" : pick(separators());
      } else {
        if (below(16) == 0) written += pick(kUnseen);
        written += pick(letters()[static_cast<std::size_t>(symbol)].ways);
      }
    }
    return written;
  }

  Written note() {
    Written written;
    written.fields = {symbols(1, 12, 4), symbols(1, 60, 5)};
    for (auto tags = below(3); tags > 0; --tags) {
      const auto tag = static_cast<int>(below(4));
      if (std::find(written.tags.begin(), written.tags.end(), tag) == written.tags.end())
        written.tags.push_back(tag);
    }
    return written;
  }

  /// Of 2 to 20 characters, half of the time some that stand in a note.
  Question question(const std::vector<Written>& notes) {
    Question question;
    for (std::size_t part = 0, parts = 1 + below(3) / 2; part < parts; ++part) {
      auto pattern = this->pattern(notes);
      const bool quoted = below(2) == 0;
      const auto written = text(pattern.symbols, !quoted);
      const bool unwanted = part > 0 && below(2) == 0;
      question.text += std::string(part == 0 ? "" : " ") + (unwanted ? "-" : "") +
                       (quoted ? "\"" + written + "\"" : written) + (pattern.prefix ? "*" : "");
      (unwanted ? question.unwanted : question.wanted).push_back(std::move(pattern));
    }
    if (below(6) == 0) {
      question.tags.push_back(static_cast<int>(below(4)));
      question.text += " tag:" + tag_name(question.tags.back());
    }
    return question;
  }

  /// Of letters that are none of letters(): no question finds a note by its tags' names.
  static std::string tag_name(int tag) {
    return "Z" + std::string(1, static_cast<char>('p' + tag));
  }

 private:
  Pattern pattern(const std::vector<Written>& notes) {
    Pattern pattern{.symbols = symbols(2, 20, 6)};
    if (below(2) == 0) {
      const auto& fields = notes[below(notes.size())].fields;
      const auto& field = fields[below(fields.size())];
      const auto begin = below(field.size());
      const auto length = std::min(2 + below(below(4) == 0 ? 19 : 3), field.size() - begin);
      pattern.symbols.assign(field.begin() + static_cast<std::ptrdiff_t>(begin),
                             field.begin() + static_cast<std::ptrdiff_t>(begin + length));
      while (!pattern.symbols.empty() && pattern.symbols.front() == kGap)
        pattern.symbols.erase(pattern.symbols.begin());
      while (!pattern.symbols.empty() && pattern.symbols.back() == kGap) pattern.symbols.pop_back();
      if (pattern.symbols.empty()) pattern.symbols = symbols(2, 4, 6);
    }
    // A prefix of a word has two letters.
    const auto size = pattern.symbols.size();
    pattern.prefix = size >= 2 && pattern.symbols[size - 2] != kGap &&
                     together(pattern.symbols, size - 2, size - 1) && below(3) == 0;
    return pattern;
  }

  const std::string& pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

  inline static const std::vector<std::string> kUnseen{"\u00AD", "\u200D", "\uFE0F"};

  std::mt19937 random_;
  int first_;
  int last_;
};

/// Some notes in a database, and what is known of them.
template <typename Backend>
struct Library {
  Library(NotesFixture<Backend>& fixture, Author& author) : at(fixture), by(author) {}

  domain::NoteDraft draft(const Written& written) {
    domain::NoteDraft draft{.title = by.text(written.fields[0]),
                            .body = by.text(written.fields[1])};
    for (const auto tag : written.tags) draft.tags.push_back(Author::tag_name(tag));
    return draft;
  }

  void add(int count) {
    for (int i = 0; i < count; ++i) {
      if (by.below(3) != 0) at.clock.advance(std::chrono::microseconds(1));
      auto written = by.note();
      written.note = at.notes.create(at.me, draft(written));
      notes.push_back(std::move(written));
    }
  }

  /// Changes, throws away, restores and deletes some of the notes.
  void change() {
    for (std::size_t i = 0; i < notes.size(); ++i) {
      auto& written = notes[i];
      at.clock.advance(std::chrono::microseconds(1));
      const auto id = written.note.id;
      switch (by.below(6)) {
        case 0: {
          auto fresh = by.note();
          at.notes.replace(at.me, id, draft(fresh), std::nullopt);
          written.fields = fresh.fields;
          written.tags = fresh.tags;
          break;
        }
        case 1:
          written.fields[1] = by.symbols(1, 30, 5);
          at.notes.patch(at.me, id, {.body = by.text(written.fields[1])}, std::nullopt);
          break;
        case 2:
          at.notes.trash(at.me, id, std::nullopt);
          at.notes.restore(at.me, id, std::nullopt);
          break;
        case 3:
          at.notes.trash(at.me, id, std::nullopt);
          at.notes.delete_for_good(at.me, id, std::nullopt);
          notes.erase(notes.begin() + static_cast<std::ptrdiff_t>(i--));
          break;
        default:
          break;
      }
    }
  }

  Ids expected(const Question& question) const {
    std::vector<std::pair<Timestamp, NoteId>> keys;
    for (const auto& written : notes) {
      if (answers(written, question)) keys.emplace_back(written.note.created_at, written.note.id);
    }
    std::sort(keys.rbegin(), keys.rend());
    Ids ids;
    for (const auto& [time, id] : keys) ids.push_back(id);
    return ids;
  }

  /// How many of the questions found something.
  int ask(int questions, service::Search::Effort effort = {}) {
    int fruitful = 0;
    for (int i = 0; i < questions; ++i) {
      const auto question = by.question(notes);
      const auto all = expected(question);
      if (!all.empty()) ++fruitful;
      CAPTURE(question.text);
      const auto limit = by.below(2) == 0 ? std::size_t{50} : 1 + by.below(5);
      REQUIRE(found(at, {.query = read(question.text), .limit = limit}, effort) == all);
    }
    return fruitful;
  }

  NotesFixture<Backend>& at;
  Author& by;
  std::vector<Written> notes;
};

struct Script {
  const char* name;
  int first;
  int last;
};

constexpr Script kScripts[] = {
    {"Latin, Greek, Cyrillic", 0, 5},
    {"Hangul", 6, 9},
    {"Han", 10, 13},
    {"kana", 14, 18},
    {"mixed", 0, 18},
};

/// Notes of the owner's that have nothing in common with the others and no terms, more than an
/// index is asked for.
template <typename Backend>
void add_ballast(NotesFixture<Backend>& at) {
  const bool sqlite = Backend::kEngine == db::Engine::sqlite;
  const auto cast = [&](const std::string& text, const std::string& type) {
    return "CAST(" + text + " AS " + (sqlite ? "TEXT" : type) + ")";
  };
  tests::execute(at.open.backend.url(),
                 {"WITH RECURSIVE counted (n) AS "
                  "(SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n < 10000) "
                  "INSERT INTO notes (id, owner_id, title, body, created_at, updated_at) SELECT " +
                  cast("'019aa5e4-2f1c-7abc-8def-0000000' || CAST(10000 + n AS TEXT)", "UUID") +
                  ", " + cast("'" + to_string(at.me.user) + "'", "UUID") + ", 'zzz', '', " +
                  cast("'2026-11-21T11:30:00.123456Z'", "TIMESTAMPTZ") + ", " +
                  cast("'2026-11-21T11:30:00.123456Z'", "TIMESTAMPTZ") + " FROM counted"});
}

}  // namespace

TEST_CASE_TEMPLATE("what is found is what a look at every note finds, in the same order", Backend,
                   Sqlite, Postgres) {
  unsigned seed = 20261121;
  for (const auto& script : kScripts) {
    CAPTURE(script.name);
    NotesFixture<Backend> at;
    Author author(++seed, script.first, script.last);
    Library<Backend> library(at, author);
    library.add(120);
    CHECK(library.ask(120) > 30);
    library.change();
    library.add(20);
    CHECK(library.ask(60) > 15);
    CHECK(library.ask(20, {.notes = 7}) > 3);
    CHECK(library.ask(20, {.bytes = 100}) > 3);
    CHECK(column(at, "SELECT CAST(COUNT(*) AS TEXT) FROM note_search") ==
          std::vector{std::to_string(library.notes.size())});
  }
}

TEST_CASE_TEMPLATE("where an index finds too many, the notes are gone through in order", Backend,
                   Sqlite, Postgres) {
  NotesFixture<Backend> at;
  Author author(7, 6, 9);
  Library<Backend> library(at, author);
  library.add(40);
  add_ballast(at);
  library.add(40);
  CHECK(library.ask(12) > 3);
}

TEST_CASE_TEMPLATE("a note without terms is found all the same, and has them once it is indexed",
                   Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  Author author(11, 0, 18);
  Library<Backend> library(at, author);
  library.add(60);
  tests::execute(at.open.backend.url(),
                 {"UPDATE notes SET terms_state = 0", "DELETE FROM note_search"});
  CHECK(library.ask(20) > 5);
  library.change();
  CHECK(library.ask(20) > 5);

  store::NoteKey after;
  std::int64_t changed = 0;
  for (;;) {
    const auto done = at.open.database.transact([&](db::Session& session) {
      return store::index_notes(session, store::Unindexed::only, after, 7);
    });
    changed += done.changed;
    if (done.notes.empty()) break;
    after = done.notes.back();
  }
  CHECK(changed > 20);
  CHECK(column(at, "SELECT CAST(id AS TEXT) FROM notes WHERE terms_state <> 1").empty());
  CHECK(library.ask(40) > 10);
  const auto wrong = at.open.database.read(
      [&](db::Session& session) { return store::find_wrong_terms(session, NoteId(), 1000); });
  CHECK(wrong.notes.empty());
}

TEST_CASE_TEMPLATE("a note with more terms than an index takes is found as well", Backend, Sqlite,
                   Postgres) {
  NotesFixture<Backend> at;
  std::string body;
  for (char32_t i = 0; body.size() < 520'000; ++i) {
    for (const char32_t c : {0xac00 + i % 11'000, 0x4e00 + i * 7 % 20'000}) {
      body += static_cast<char>(0xe0 | (c >> 12));
      body += static_cast<char>(0x80 | (c >> 6 & 0x3f));
      body += static_cast<char>(0x80 | (c & 0x3f));
    }
  }
  const auto note = at.notes.create(at.me, {.title = "many", .body = body});
  CHECK(column(at, "SELECT CAST(terms_state AS TEXT) FROM notes") == std::vector<std::string>{"2"});
  CHECK(found(at, "many") == Ids{note.id});
  CHECK(found(at, "missing") == Ids{});

  at.notes.patch(at.me, note.id, {.body = std::string("few")}, std::nullopt);
  CHECK(column(at, "SELECT CAST(terms_state AS TEXT) FROM notes") == std::vector<std::string>{"1"});
  CHECK(found(at, "few") == Ids{note.id});
  at.notes.patch(at.me, note.id, {.body = body}, std::nullopt);
  CHECK(column(at, "SELECT CAST(note_id AS TEXT) FROM note_search").empty());
  CHECK(found(at, "few") == Ids{});
}

TEST_CASE_TEMPLATE("another's notes are not found", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  at.notes.create(at.other, {.title = "회의록", .tags = {"work"}});
  const auto mine = at.notes.create(at.me, {.title = "회의", .tags = {"Work"}});
  CHECK(found(at, "회의") == Ids{mine.id});
  CHECK(found(at, "tag:WORK") == Ids{mine.id});
  CHECK(found(at, "회*") == Ids{mine.id});
  tests::execute(at.open.backend.url(), {"UPDATE notes SET terms_state = 0"});
  CHECK(found(at, "회의") == Ids{mine.id});
}

TEST_CASE_TEMPLATE("a search takes the filters of a list", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const auto plain = at.notes.create(at.me, {.title = "milk"});
  const auto pinned = at.notes.create(at.me, {.title = "milk", .tags = {"home"}, .pinned = true});
  const auto thrown = at.notes.create(at.me, {.title = "milk"});
  at.notes.trash(at.me, thrown.id, std::nullopt);
  const auto query = read("milk");
  CHECK(found(at, {.query = query}) == Ids{pinned.id, plain.id});
  CHECK(found(at, {.query = query, .filter = {.pinned = true}}) == Ids{pinned.id});
  CHECK(found(at, {.query = query, .filter = {.pinned = false}}) == Ids{plain.id});
  CHECK(found(at, {.query = query, .filter = {.tag = "home"}}) == Ids{pinned.id});
  CHECK(found(at, {.query = query, .filter = {.trashed = true}}) == Ids{thrown.id});
}

TEST_CASE_TEMPLATE("what is found is shown with what was found in it", Backend, Sqlite, Postgres) {
  NotesFixture<Backend> at;
  at.notes.create(at.me, {.title = "Café", .body = "<b>회의록</b>"});
  const auto page = service::Search(at.open.database).find(at.me, {.query = read("cafe 의록")});
  REQUIRE(page.items.size() == 1);
  CHECK(page.items[0].title == std::vector<domain::Segment>{{"Café", true}});
  CHECK(page.items[0].excerpt ==
        std::vector<domain::Segment>{{"<b>회", false}, {"의록", true}, {"</b>", false}});
}

TEST_CASE_TEMPLATE("nothing that a client writes is part of the index's own language", Backend,
                   Sqlite, Postgres) {
  NotesFixture<Backend> at;
  const auto note = at.notes.create(
      at.me, {.title = "a near b", .body = "terms: x\"y' & ! | (z)", .tags = {"a\"b'c & d\\e"}});
  for (const auto* text :
       {"a NEAR b", "NEAR(a b)", "terms:x", "\"x\"\"y\"", "'x' & 'y'", "x' | 'y", "z)", "^a + b",
        "{terms}", "x AND y", "tag:\"a\"* x", "\\' x", "x\\", "yz':* & x", "x OR 1"}) {
    CAPTURE(text);
    const auto ids = found(at, text);
    CHECK((ids.empty() || ids == Ids{note.id}));
  }
  CHECK(found(at, "NEAR(a b)") == Ids{});
  CHECK(found(at, "terms:x") == Ids{note.id});
  CHECK(found(at, "'x' & 'y'") == Ids{note.id});
}

}  // namespace notes
