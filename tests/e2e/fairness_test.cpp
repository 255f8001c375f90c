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
#include "e2e/people.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"

namespace {

using notes::tests::add_people;
using notes::tests::draft_json;
using notes::tests::Exchange;
using notes::tests::HttpClient;
using notes::tests::kNotes;
using notes::tests::Person;
using notes::tests::Postgres;
using notes::tests::Service;
using notes::tests::Sqlite;

using Environment = std::map<std::string, std::string>;
/// Status -> how many answers had it.
using Answers = std::map<int, int>;

constexpr std::size_t kFloodThreads = 4;
constexpr std::size_t kConnectionsOfEach = 25;
constexpr std::size_t kPipelined = 20;
constexpr std::size_t kQuietRequests = 100;

/// "200: 50, 503: 1"
std::string text_of(const Answers& answers) {
  std::string text;
  for (const auto& [status, count] : answers) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", status, count);
  }
  return text;
}

/// A pipeline of requests, no two of them alike, so that none is answered by another's answer.
std::string pipeline(const Person& person, std::size_t connection, std::size_t round) {
  std::string bytes;
  for (std::size_t n = 0; n < kPipelined; ++n) {
    const auto number = round * kPipelined + n;
    const bool lists = (connection + n) % 2 == 0;
    const Exchange exchange{
        .method = lists ? "GET" : "POST",
        .target = lists ? fmt::format("{}?limit=20&created_from=2026-01-01T00:00:00.{:06}Z", kNotes,
                                      (connection * 10'000 + number) % 1'000'000)
                        : std::string(kNotes),
        .fields = {{"Content-Type", "application/json"}},
        .body = lists ? "" : draft_json(fmt::format("{} {}", connection, number), "flood"),
        .check = {}};
    bytes += exchange.bytes(person.credentials());
  }
  return bytes;
}

/// Keeps its connections full until it is told to stop; what it was answered.
Answers flood(std::uint16_t port, const Person& person, std::size_t thread,
              const std::atomic<bool>& enough) {
  std::vector<HttpClient> connections;
  for (std::size_t n = 0; n < kConnectionsOfEach; ++n) connections.emplace_back(port);
  Answers answers;
  for (std::size_t round = 0; !enough; ++round) {
    for (std::size_t n = 0; n < connections.size(); ++n) {
      connections[n].send(pipeline(person, thread * kConnectionsOfEach + n, round));
    }
    for (auto& connection : connections) {
      for (std::size_t n = 0; n < kPipelined; ++n) ++answers[connection.receive().status];
    }
  }
  return answers;
}

/// One request after the other on one connection.
Answers ask_quietly(std::uint16_t port, const Person& person) {
  HttpClient client(port);
  Answers answers;
  for (std::size_t n = 0; n < kQuietRequests; ++n) {
    const auto title = fmt::format("quiet {}", n);
    const auto answer = n % 2 == 0
                            ? client.post(kNotes, draft_json(title, "quiet"), person.credentials())
                            : client.get(fmt::format("{}?limit=5", kNotes), person.credentials());
    ++answers[answer.status];
  }
  return answers;
}

/// Lets everything that has begun end before it passes on what went wrong.
class Flood {
 public:
  Flood(std::uint16_t port, const Person& person) {
    for (std::size_t n = 0; n < kFloodThreads; ++n) {
      threads_.emplace_back([this, port, person, n] {
        try {
          const auto answers = flood(port, person, n, enough_);
          const std::lock_guard lock(mutex_);
          for (const auto& [status, count] : answers) answers_[status] += count;
        } catch (const std::exception& error) {
          const std::lock_guard lock(mutex_);
          failures_.emplace_back(error.what());
        }
      });
    }
  }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;
  ~Flood() { enough_ = true; }

  Answers end() {
    enough_ = true;
    threads_.clear();
    for (const auto& failure : failures_) FAIL_CHECK(failure);
    return answers_;
  }

 private:
  std::atomic<bool> enough_ = false;
  std::mutex mutex_;
  // guards: answers_, failures_
  Answers answers_;
  std::vector<std::string> failures_;
  std::vector<std::jthread> threads_;
};

}  // namespace

TEST_CASE_TEMPLATE("who asks for little is answered while somebody else's flood is sent away",
                   Backend, Sqlite, Postgres) {
  Service<Backend> service(Environment{{"NOTES_AUTH", "required"},
                                       {"NOTES_SERVER_QUEUE_LIMIT", "64"},
                                       {"NOTES_SERVER_WORKERS", "4"}});
  const auto people = add_people(service.backend.url(), 2);
  const auto port = service.server.port();
  Flood flood(port, people[0]);
  const auto quiet = ask_quietly(port, people[1]);
  auto flooded = flood.end();
  MESSAGE("the flood was answered " << text_of(flooded));
  CHECK(text_of(quiet) == fmt::format("200: {0}, 201: {0}", kQuietRequests / 2));
  CHECK(flooded[200] > 0);
  CHECK(flooded[201] > 0);
  CHECK(flooded[503] > 0);
  CHECK(flooded.size() == 3);
}
