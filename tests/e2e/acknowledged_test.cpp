#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "e2e/exchange.hpp"
#include "e2e/json.hpp"
#include "e2e/note_model.hpp"
#include "e2e/people.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"

namespace {

using notes::tests::add_people;
using notes::tests::draft_json;
using notes::tests::Exchange;
using notes::tests::expect;
using notes::tests::expect_status;
using notes::tests::HttpClient;
using notes::tests::kNotes;
using notes::tests::path_of;
using notes::tests::Person;
using notes::tests::Postgres;
using notes::tests::read_note;
using notes::tests::read_page;
using notes::tests::Service;
using notes::tests::Sqlite;

using Environment = std::map<std::string, std::string>;

constexpr std::size_t kWriters = 6;
constexpr std::size_t kReaders = 6;
constexpr std::size_t kListRounds = 8;
constexpr std::size_t kGetRounds = 60;
/// What everybody asks for: a page that takes a while to read.
constexpr auto kList = "/api/v1/notes?limit=200";

/// The note that each writer is changing now, for others to ask for at the same time.
class HotNotes {
 public:
  explicit HotNotes(std::vector<std::string> ids) : ids_(std::move(ids)) {}

  void set(std::size_t writer, std::string id) {
    const std::lock_guard lock(mutex_);
    ids_[writer] = std::move(id);
  }
  std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return ids_;
  }

 private:
  mutable std::mutex mutex_;
  // guards: ids_
  std::vector<std::string> ids_;
};

/// One client, who knows what she was told.
class Writer {
 public:
  Writer(std::uint16_t port, const Person& person, std::size_t number, HotNotes& hot)
      : http_(port), person_(person), number_(number), hot_(hot) {}

  /// Makes a note, changes it and throws it away, and looks into the list after each.
  void list_round() {
    make("hot");
    expect_listed(1);
    change(1, R"({"pinned":true})");
    expect_listed(2);
    trash();
    expect_listed(0);
  }

  /// Makes a note, changes it again and again, and reads it after each change.
  void get_rounds() {
    make(std::string(20'000, 'h'));
    for (std::int64_t version = 1; version <= std::int64_t{kGetRounds}; ++version) {
      expect_got(version);
      change(version, version % 2 == 0 ? R"({"pinned":true})" : R"({"pinned":false})");
    }
    trash();
    expect_status(http_.get(path_of(id_), person_.credentials()), 404);
  }

 private:
  void make(const std::string& body) {
    const auto made =
        http_.post(kNotes, draft_json(fmt::format("hot {}", number_), body), person_.credentials());
    expect_status(made, 201);
    id_ = read_note(made.body).id;
    hot_.set(number_, id_);
  }

  void change(std::int64_t version, std::string_view patch) {
    auto fields = person_.credentials();
    fields.emplace_back("If-Match", fmt::format("\"{}\"", version));
    expect_status(http_.patch(path_of(id_), patch, fields), 200);
  }

  void trash() { expect_status(http_.delete_(path_of(id_), person_.credentials()), 204); }

  /// 0: it is not in the list.
  void expect_listed(std::int64_t version) {
    const auto list = http_.get(kList, person_.credentials());
    expect_status(list, 200);
    std::int64_t listed = 0;
    for (const auto& note : read_page(list.body).items) {
      if (note.id == id_) listed = note.version;
    }
    expect(listed == version,
           fmt::format("the list has version {} of note {}, and {} was acknowledged before it was "
                       "asked for",
                       listed, id_, version));
  }

  void expect_got(std::int64_t version) {
    const auto got = http_.get(path_of(id_), person_.credentials());
    expect_status(got, 200);
    const auto note = read_note(got.body);
    expect(note.id == id_ && note.version == version,
           fmt::format("the answer is version {} of note {}, and {} of {} was acknowledged before "
                       "it was asked for",
                       note.version, note.id, version, id_));
  }

  HttpClient http_;
  Person person_;
  std::size_t number_;
  HotNotes& hot_;
  std::string id_;
};

/// Asks for the same again and again until it is enough, several at a time.
class Reader {
 public:
  Reader(std::uint16_t port, const Person& person) : http_(port), person_(person) {}

  void list() { ask({kList, kList}); }

  void get(const std::vector<std::string>& ids) {
    std::vector<std::string> targets;
    for (const auto& id : ids) targets.push_back(path_of(id));
    ask(targets);
  }

 private:
  void ask(const std::vector<std::string>& targets) {
    std::string bytes;
    for (const auto& target : targets) {
      const Exchange get{.method = "GET", .target = target, .fields = {}, .body = {}, .check = {}};
      bytes += get.bytes(person_.credentials());
    }
    http_.send(bytes);
    for (const auto& target : targets) {
      const auto answer = http_.receive();
      if (answer.status == 404 && target != kList) continue;  // not made yet, or thrown away
      expect_status(answer, 200);
      expect(target == kList || answer.body.find(target.substr(kNotes.size() + 1)) < 10,
             "the answer is another note: " + answer.body.substr(0, 100));
    }
  }

  HttpClient http_;
  Person person_;
};

/// Fills a page with notes that are older than all others.
void fill_page(std::uint16_t port, const Person& person) {
  HttpClient http(port);
  for (int n = 0; n < 200; ++n) {
    const auto made = http.post(kNotes, draft_json(fmt::format("old {}", n), std::string(500, 'o')),
                                person.credentials());
    REQUIRE(made.status == 201);
  }
}

/// What went wrong while `write` ran in many threads and `read` again and again in as many.
template <typename Write, typename Read>
std::vector<std::string> at_once(std::uint16_t port, const Person& person, Write write, Read read) {
  HotNotes hot(std::vector<std::string>(kWriters, person.id));
  std::atomic<bool> enough = false;
  std::mutex mutex;
  // guards: failures
  std::vector<std::string> failures;
  const auto guarded = [&](auto work) {
    return [&, work] {
      try {
        work();
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex);
        failures.emplace_back(error.what());
      }
    };
  };
  std::vector<std::jthread> readers;
  for (std::size_t n = 0; n < kReaders; ++n) {
    readers.emplace_back(guarded([&] {
      Reader reader(port, person);
      while (!enough) read(reader, hot);
    }));
  }
  std::vector<std::jthread> writers;
  for (std::size_t n = 0; n < kWriters; ++n) {
    writers.emplace_back(guarded([&, n] {
      Writer writer(port, person, n, hot);
      write(writer);
    }));
  }
  writers.clear();
  enough = true;
  readers.clear();
  return failures;
}

}  // namespace

TEST_CASE_TEMPLATE(
    "a list has what was acknowledged before it was asked for, however many ask the same", Backend,
    Sqlite, Postgres) {
  Service<Backend> service(Environment{{"NOTES_AUTH", "required"}});
  const auto person = add_people(service.backend.url(), 1).front();
  fill_page(service.server.port(), person);
  const auto failures = at_once(
      service.server.port(), person,
      [](Writer& writer) {
        for (std::size_t round = 0; round < kListRounds; ++round) writer.list_round();
      },
      [](Reader& reader, const HotNotes&) { reader.list(); });
  for (const auto& failure : failures) FAIL_CHECK(failure);
}

TEST_CASE_TEMPLATE(
    "a note is what was acknowledged before it was asked for, however many ask for the same",
    Backend, Sqlite, Postgres) {
  Service<Backend> service(Environment{{"NOTES_AUTH", "required"}});
  const auto person = add_people(service.backend.url(), 1).front();
  const auto failures = at_once(
      service.server.port(), person, [](Writer& writer) { writer.get_rounds(); },
      [](Reader& reader, const HotNotes& hot) { reader.get(hot.all()); });
  for (const auto& failure : failures) FAIL_CHECK(failure);
}
