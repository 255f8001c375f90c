#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "e2e/json.hpp"
#include "e2e/model_client.hpp"
#include "e2e/operators.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"

namespace {

using notes::tests::add_people;
using notes::tests::check_marks;
using notes::tests::ClientPlace;
using notes::tests::connect_operators;
using notes::tests::draft_json;
using notes::tests::ExitStatus;
using notes::tests::expect;
using notes::tests::FeedFollower;
using notes::tests::HttpClient;
using notes::tests::ModelClient;
using notes::tests::Person;
using notes::tests::Postgres;
using notes::tests::read_note;
using notes::tests::read_page;
using notes::tests::Service;
using notes::tests::shared_beginning;
using notes::tests::SharedNotes;
using notes::tests::Sqlite;

using Environment = std::map<std::string, std::string>;

struct Size {
  std::size_t clients = 16;
  std::size_t requests = 200;

  std::size_t people() const { return std::max<std::size_t>(3, clients / 8); }
  /// So few that clients meet, so many that none grows too long.
  std::size_t shared() const { return std::max<std::size_t>(3, requests / 100); }
};

/// For runs of many minutes: MODEL_TEST=CLIENTSxREQUESTS.
Size size_of_run() {
  Size size;
  if (const char* wanted = ::getenv("MODEL_TEST")) {
    char* end = nullptr;
    size.clients = std::strtoul(wanted, &end, 10);
    size.requests = std::strtoul(end + 1, nullptr, 10);
  }
  return size;
}

std::vector<std::string> make_shared_notes(std::uint16_t port, const Person& owner,
                                           std::size_t number, std::size_t count) {
  HttpClient client(port);
  std::vector<std::string> ids;
  for (std::size_t n = 0; n < count; ++n) {
    const auto title = fmt::format("u{} shared {}", number, n);
    const auto posted = client.post("/api/v1/notes", draft_json(title, shared_beginning(number)),
                                    owner.credentials());
    REQUIRE(posted.status == 201);
    ids.push_back(read_note(posted.body).id);
  }
  return ids;
}

/// Clients of several people, who share notes and know some of others.
std::vector<std::unique_ptr<ModelClient>> make_clients(std::uint16_t port,
                                                       const std::vector<Person>& people,
                                                       const Size& size) {
  std::vector<std::vector<std::string>> shared;
  for (std::size_t n = 0; n < people.size(); ++n) {
    shared.push_back(make_shared_notes(port, people[n], n, size.shared()));
  }
  std::vector<std::unique_ptr<ModelClient>> clients;
  for (std::size_t n = 0; n < size.clients; ++n) {
    const auto person = n % people.size();
    clients.push_back(std::make_unique<ModelClient>(
        port, ClientPlace{.number = n,
                          .person = person,
                          .credentials = people[person],
                          .shared = shared[person],
                          .strangers = shared[(person + 1) % people.size()],
                          .most_in_flight = n % 4 == 3 ? std::size_t{8} : 1}));
  }
  return clients;
}

/// What went wrong for each of them.
template <typename Work>
std::vector<std::string> for_each_at_once(std::vector<std::unique_ptr<ModelClient>>& clients,
                                          Work work) {
  std::mutex mutex;
  // guards: failures
  std::vector<std::string> failures;
  {
    std::vector<std::jthread> threads;
    for (auto& client : clients) {
      threads.emplace_back([&, &client = *client] {
        try {
          work(client);
        } catch (const std::exception& error) {
          const std::lock_guard lock(mutex);
          failures.push_back(fmt::format("client {}: {}", client.place().number, error.what()));
        }
      });
    }
  }
  return failures;
}

void require_none(const std::vector<std::string>& failures) {
  for (const auto& failure : failures) FAIL_CHECK(failure);
  REQUIRE(failures.empty());
}

/// Each mark that was acknowledged to somebody stands in its note, once.
void check_shared(HttpClient& reader, const std::vector<std::unique_ptr<ModelClient>>& clients) {
  SharedNotes::Marks marks;
  for (const auto& client : clients) {
    for (const auto& [id, own] : client->marks()) {
      marks[id].insert(marks[id].end(), own.begin(), own.end());
    }
  }
  std::size_t total = 0;
  for (const auto& client : clients) {
    for (const auto& id : client->place().shared) {
      const auto got = reader.get("/api/v1/notes/" + id, client->place().credentials.credentials());
      REQUIRE(got.status == 200);
      check_marks(read_note(got.body), client->place().person, marks[id]);
    }
  }
  for (const auto& [id, all] : marks) total += all.size();
  CHECK(total > clients.size());
}

/// Note -> version of all that a person has, in the trash or not, by its lists.
FeedFollower::Copy everything_of(HttpClient& reader, const Person& person) {
  FeedFollower::Copy all;
  for (const auto* const filter : {"?limit=200", "?limit=200&trashed=true"}) {
    std::string target = std::string("/api/v1/notes") + filter;
    while (!target.empty()) {
      const auto got = reader.get(target, person.credentials());
      REQUIRE(got.status == 200);
      const auto page = read_page(got.body);
      for (const auto& note : page.items) {
        expect(all.emplace(note.id, note.version).second, "listed twice: " + note.id);
      }
      target = page.next_cursor
                   ? std::string("/api/v1/notes") + filter + "&cursor=" + *page.next_cursor
                   : "";
    }
  }
  return all;
}

/// Who followed the feed all the while has what the lists have.
void check_feed(HttpClient& reader, const ModelClient& client) {
  auto copy = client.feed().copy();
  std::erase_if(copy, [](const auto& entry) { return !entry.second; });
  CHECK(copy == everything_of(reader, client.place().credentials));
}

}  // namespace

TEST_CASE_TEMPLATE(
    "many clients at once are each told the truth about their notes, and lose no change of a "
    "shared one",
    Backend, Sqlite, Postgres) {
  const auto size = size_of_run();
  Service<Backend> service(
      Environment{{"NOTES_AUTH", "required"}, {"NOTES_ADMIN_ENABLED", "true"}});
  // A line for each request would be hundreds of megabytes of a long run.
  auto operators = connect_operators(service.server);
  REQUIRE(operators.put("/debug/log-level", R"({"level":"error"})").status == 200);
  const auto people = add_people(service.backend.url(), size.people());
  auto clients = make_clients(service.server.port(), people, size);

  const auto begun = std::chrono::steady_clock::now();
  const auto failures =
      for_each_at_once(clients, [&](ModelClient& client) { client.run(size.requests); });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  MESSAGE(fmt::format("{} clients, {} requests in {:.1f} s: {:.0f}/s", size.clients,
                      size.clients * size.requests, took.count(),
                      static_cast<double>(size.clients * size.requests) / took.count()));
  require_none(failures);

  auto reader = service.server.connect();
  check_shared(reader, clients);
  clients.resize(people.size());  // those who follow the feed
  require_none(for_each_at_once(clients, [](ModelClient& client) { client.catch_up(); }));
  for (const auto& client : clients) check_feed(reader, *client);
  CHECK(service.server.stop() == ExitStatus{0, {}});
  CHECK(service.server.process().errors().find(R"("level":"error")") == std::string::npos);
}
