#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "e2e/json.hpp"
#include "e2e/model_client.hpp"
#include "e2e/operators.hpp"
#include "e2e/people.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"

namespace {

using notes::tests::add_people;
using notes::tests::ClientPlace;
using notes::tests::connect_operators;
using notes::tests::draft_json;
using notes::tests::Exchange;
using notes::tests::ExitStatus;
using notes::tests::HttpClient;
using notes::tests::ModelClient;
using notes::tests::NoteJson;
using notes::tests::Person;
using notes::tests::Postgres;
using notes::tests::read_change_page;
using notes::tests::read_found_page;
using notes::tests::read_note;
using notes::tests::read_page;
using notes::tests::Service;
using notes::tests::settled_gauge;
using notes::tests::Sqlite;

using Environment = std::map<std::string, std::string>;

constexpr std::size_t kVanishing = 6;
constexpr std::size_t kRequestsOfEach = 60;
constexpr std::size_t kStaying = 6;
constexpr std::size_t kRequestsOfStaying = 150;

/// What a client that vanishes wanted to write.
struct Wish {
  std::string title;
  std::string body;
  bool whole = true;  ///< it was sent to its last byte
};

/// Sends a request of some kind on a connection of its own and is gone before the answer.
Wish vanish(std::uint16_t port, const Person& person, std::size_t client, std::size_t count) {
  Wish wish{.title = fmt::format("v{}x{}", client, count),
            .body = std::string(count * 50, 'z') + fmt::format(" end{}x{}", client, count),
            .whole = count % 5 != 4};
  const Exchange make{.method = "POST",
                      .target = "/api/v1/notes",
                      .fields = {{"Content-Type", "application/json"}},
                      .body = fmt::format(R"({{"title":"{}","body":"{}","tags":["vanished"]}})",
                                          wish.title, wish.body),
                      .check = {}};
  const Exchange list{
      .method = "GET", .target = "/api/v1/notes?limit=200", .fields = {}, .body = {}, .check = {}};
  auto bytes = make.bytes(person.credentials());
  if (!wish.whole) {
    bytes.resize(bytes.size() - 1);
  } else if (count % 3 == 0) {
    bytes = list.bytes(person.credentials()) + bytes + list.bytes(person.credentials());
  }
  HttpClient(port).send(bytes);
  return wish;
}

/// One after the other, each on the heels of the one before.
std::vector<Wish> vanish_again_and_again(std::uint16_t port, const Person& person,
                                         std::size_t client) {
  std::vector<Wish> wishes;
  for (std::size_t n = 0; n < kRequestsOfEach; ++n) {
    wishes.push_back(vanish(port, person, client, n));
  }
  return wishes;
}

/// Those that are there, by title.
std::map<std::string, NoteJson> notes_of(HttpClient& reader, const Person& person) {
  std::map<std::string, NoteJson> found;
  const std::string first = "/api/v1/notes?limit=200&tag=vanished";
  auto target = first;
  while (!target.empty()) {
    const auto page = read_page(reader.get(target, person.credentials()).body);
    for (const auto& note : page.items) CHECK(found.emplace(note.title, note).second);
    target = page.next_cursor ? first + "&cursor=" + *page.next_cursor : "";
  }
  return found;
}

std::set<std::string> feed_of(HttpClient& reader, const Person& person) {
  std::set<std::string> found;
  std::int64_t since = 0;
  for (bool more = true; more;) {
    const auto page =
        read_change_page(reader
                             .get(fmt::format("/api/v1/notes/changes?limit=200&since={}", since),
                                  person.credentials())
                             .body);
    for (const auto& change : page.items) found.insert(change.id);
    since = page.next;
    more = page.has_more;
  }
  return found;
}

/// What each of them wrote is there with all that belongs to it, or nothing of it is.
void check_whole_or_not_at_all(HttpClient& reader, const Person& person,
                               const std::vector<Wish>& wishes) {
  const auto notes = notes_of(reader, person);
  const auto feed = feed_of(reader, person);
  CHECK(feed.size() == notes.size() + 1);  // note_of()'s
  std::size_t made = 0;
  for (const auto& wish : wishes) {
    CAPTURE(wish.title);
    const auto search =
        reader.get("/api/v1/notes/search?q=end" + wish.title.substr(1), person.credentials());
    const auto found = read_found_page(search.body).items;
    const auto at = notes.find(wish.title);
    if (at == notes.end()) {
      CHECK(found.empty());
      continue;
    }
    ++made;
    CHECK(wish.whole);
    CHECK(at->second.body == wish.body);
    CHECK(at->second.tags == std::vector<std::string>{"vanished"});
    CHECK(at->second.version == 1);
    CHECK(feed.contains(at->second.id));
    REQUIRE(found.size() == 1);
    CHECK(found[0].id == at->second.id);
  }
  CHECK(made == notes.size());
  MESSAGE(fmt::format("{} of {} clients that vanished made their note", made, wishes.size()));
}

/// A note that none of those who vanish made.
std::string note_of(std::uint16_t port, const Person& person) {
  const auto posted =
      HttpClient(port).post("/api/v1/notes", draft_json("theirs", ""), person.credentials());
  REQUIRE(posted.status == 201);
  return read_note(posted.body).id;
}

/// Of all pools to the database.
std::size_t connections_in_use(HttpClient& operators) {
  std::istringstream lines(operators.get("/metrics").body);
  std::size_t used = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("db_client_connections{")) continue;
    const auto at = line.find(R"(state="used"} )");
    if (at != std::string::npos) used += std::stoul(line.substr(line.rfind(' ')));
  }
  return used;
}

/// Clients who wait for each answer and hold it against their model, while others vanish.
std::vector<std::string> stay(std::uint16_t port, const std::vector<Person>& people,
                              const std::string& strangers,
                              std::vector<std::vector<Wish>>& wishes) {
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
  std::vector<std::jthread> threads;
  for (std::size_t n = 0; n < wishes.size(); ++n) {
    threads.emplace_back(
        guarded([&, n] { wishes[n] = vanish_again_and_again(port, people[0], n); }));
  }
  for (std::size_t n = 0; n < kStaying; ++n) {
    threads.emplace_back(guarded([&, n] {
      ModelClient client(port, ClientPlace{.number = n,
                                           .person = 1,
                                           .credentials = people[1],
                                           .shared = {},
                                           .strangers = {strangers},
                                           .most_in_flight = n % 2 == 0 ? std::size_t{1} : 4});
      client.run(kRequestsOfStaying);
    }));
  }
  threads.clear();
  return failures;
}

}  // namespace

TEST_CASE_TEMPLATE(
    "clients that are gone before their answer take nobody else's, leave nothing, and have made "
    "their note whole or not at all",
    Backend, Sqlite, Postgres) {
  Service<Backend> service(Environment{
      {"NOTES_AUTH", "required"}, {"NOTES_LOG_LEVEL", "info"}, {"NOTES_ADMIN_ENABLED", "true"}});
  const auto people = add_people(service.backend.url(), 2);

  std::vector<std::vector<Wish>> wishes(kVanishing);
  const auto strangers = note_of(service.server.port(), people[0]);
  const auto failures = stay(service.server.port(), people, strangers, wishes);
  for (const auto& failure : failures) FAIL_CHECK(failure);
  auto operators = connect_operators(service.server);
  // The question itself is a request, on a connection, and all that is left.
  CHECK(settled_gauge(operators, "http_server_active_requests", 1) == 1);
  CHECK(settled_gauge(operators, "http_server_connections", 1) == 1);
  CHECK(operators.get("/debug/inflight").body == R"({"requests":[]})");
  CHECK(connections_in_use(operators) == 0);

  auto reader = service.server.connect();
  std::vector<Wish> all;
  for (const auto& some : wishes) all.insert(all.end(), some.begin(), some.end());
  REQUIRE(all.size() == kVanishing * kRequestsOfEach);
  check_whole_or_not_at_all(reader, people[0], all);
  CHECK(service.server.stop() == ExitStatus{0, {}});
}
