#include "corpus.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "raw_client.hpp"
#include "test_server.hpp"

namespace notes::tests {
namespace {

using http::Method;
using http::Request;
using http::Runs;

/// Behind a case whose connection stays open: its answer shows that the server reads on, and where
/// it was.
constexpr std::string_view kProbe =
    "GET /items/probe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

config::ServerSettings corpus_settings() {
  auto settings = test_settings();
  settings.max_request_line = 128;
  settings.max_header_bytes = 512;
  settings.max_headers = 10;
  settings.max_body_bytes = 64;
  return settings;
}

std::vector<http::Route> corpus_routes() {
  return {
      ping_route(),
      echo_route(),
      {Method::get, "/items/{id}", "item", Runs::inline_,
       [](const Request& request) {
         return http::respond(200, "text/plain", std::string(request.path_value("id")));
       }},
      {Method::get, "/query", "query", Runs::inline_,
       [](const Request& request) {
         std::string text;
         for (const auto& [name, value] : request.query)
           text.append(name).append("=").append(value).append(";");
         return http::respond(200, "text/plain", text);
       }},
      {Method::post, "/size", "size", Runs::inline_,
       [](const Request& request) {
         return http::respond(200, "text/plain", std::to_string(request.body.size()));
       }},
  };
}

std::string whole_of(const RawCase& raw) {
  return raw.stays_open ? raw.bytes + std::string(kProbe) : raw.bytes;
}

/// What the server says to the bytes of a case in one piece.
std::string answer_to_whole(std::uint16_t port, const RawCase& raw) {
  RawClient client(port);
  client.send(whole_of(raw));
  return client.receive_all();
}

/// Returns after the server's I/O thread has polled anew, and so has read all that was sent before.
class Barrier {
 public:
  explicit Barrier(std::uint16_t port) : client_(port) {}

  void pass() {
    // The first answer may be of the same round of polling as what was sent before; the second is
    // of a later one.
    for (int i = 0; i < 2; ++i) {
      ++number_;
      client_.send("GET /items/" + std::to_string(number_) + " HTTP/1.1\r\nHost: a\r\n\r\n");
      client_.receive_until("\r\n\r\n" + std::to_string(number_));
    }
  }

 private:
  RawClient client_;
  std::size_t number_ = 0;
};

}  // namespace

TEST_CASE("the corpus is answered as written") {
  TestServer server(corpus_settings(), corpus_routes());
  const auto corpus = read_corpus();
  CHECK(corpus.size() >= 80);
  for (const auto& raw : corpus) {
    CAPTURE(raw.name);
    const auto answers = parse_answers(answer_to_whole(server.port(), raw), head_answers(raw));
    std::vector<int> statuses;
    for (const auto& answer : answers) statuses.push_back(answer.status);
    auto expected = raw.statuses;
    if (raw.stays_open) expected.push_back(200);
    CHECK(statuses == expected);
    if (answers.empty()) continue;
    CHECK(answers.back().field("Connection") == "close");
    if (raw.stays_open) CHECK(answers.back().body == "probe");
    for (const auto& answer : answers) {
      if (answer.status == 100) continue;
      CHECK_FALSE(answer.field("X-Request-Id").empty());
      CHECK_FALSE(answer.field("Date").empty());
      if (answer.status >= 400) CHECK(answer.field("Content-Type") == "application/problem+json");
    }
  }
}

TEST_CASE("a case of the corpus cut in two at any byte is answered the same") {
  TestServer server(corpus_settings(), corpus_routes());
  Barrier barrier(server.port());
  for (const auto& raw : read_corpus()) {
    CAPTURE(raw.name);
    const auto expected = without_variables(answer_to_whole(server.port(), raw));
    const auto bytes = whole_of(raw);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      clients.push_back(std::make_unique<RawClient>(server.port()));
      clients.back()->send(std::string_view(bytes).substr(0, cut));
    }
    barrier.pass();
    for (std::size_t i = 0; i < clients.size(); ++i)
      clients[i]->send(std::string_view(bytes).substr(i + 1));
    for (std::size_t i = 0; i < clients.size(); ++i) {
      CAPTURE(i + 1);
      CHECK(without_variables(clients[i]->receive_all()) == expected);
    }
  }
}

TEST_CASE("the corpus byte by byte is answered the same") {
  TestServer server(corpus_settings(), corpus_routes());
  Barrier barrier(server.port());
  const auto corpus = read_corpus();
  struct Sender {
    std::string bytes;
    std::string expected;
    std::unique_ptr<RawClient> client;
    bool ended = false;
  };
  std::vector<Sender> senders;
  std::size_t longest = 0;
  for (const auto& raw : corpus) {
    senders.push_back({.bytes = whole_of(raw),
                       .expected = without_variables(answer_to_whole(server.port(), raw)),
                       .client = std::make_unique<RawClient>(server.port())});
    longest = std::max(longest, senders.back().bytes.size());
  }
  for (std::size_t at = 0; at < longest; ++at) {
    for (auto& sender : senders) {
      if (sender.ended || at >= sender.bytes.size()) continue;
      sender.client->send(std::string_view(sender.bytes).substr(at, 1));
      sender.ended = !sender.client->receive_available();
    }
    barrier.pass();
  }
  for (std::size_t i = 0; i < senders.size(); ++i) {
    CAPTURE(corpus[i].name);
    CHECK(without_variables(senders[i].client->receive_all()) == senders[i].expected);
  }
}

}  // namespace notes::tests
