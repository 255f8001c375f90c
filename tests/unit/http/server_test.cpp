#include "http/server.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "raw_client.hpp"
#include "test_server.hpp"

namespace notes::tests {
namespace {

using namespace std::chrono_literals;
using http::Server;
using std::chrono::steady_clock;

constexpr std::string_view kPing = "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n";

/// One request on a connection of its own, answered.
void ping(const TestServer& server) {
  RawClient client(server.port());
  client.send("GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  client.receive_all();
}

}  // namespace

TEST_CASE("an address in use is named") {
  TestServer server(test_settings(), {ping_route()});
  auto settings = test_settings();
  settings.port = server.port();
  const std::string expected = "cannot listen on 127.0.0.1:" + std::to_string(server.port()) +
                               ": Address already in use; see server.host and server.port";
  CHECK_THROWS_WITH_AS(TestServer(settings, {ping_route()}), expected.c_str(), Error);
}

TEST_CASE("draining closes what is idle, answers what is not, and accepts nobody") {
  std::promise<void> gate;
  const auto open = gate.get_future().share();
  std::atomic<int> running = 0;
  TestServer server(test_settings(), {ping_route(),
                                      {http::Method::get, "/gate", "gate", http::Runs::on_worker,
                                       [open, &running](const http::Request&) {
                                         ++running;
                                         open.wait();
                                         return http::respond(200, "text/plain", "passed");
                                       }}});
  RawClient idle(server.port());
  idle.send(kPing);
  idle.receive_until("pong");
  RawClient busy(server.port());
  busy.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n");
  RawClient half(server.port());
  half.send("GET /ping HTTP/1.1\r\nHo");
  REQUIRE(
      eventually([&] { return running == 1 && server.metric("http_server_connections") == 3; }));
  // Once the server has read the first half, which it has when a later request was answered.
  ping(server);

  auto drained = std::async(std::launch::async,
                            [&] { return server.server().drain(steady_clock::now() + 20s); });
  idle.receive_all();
  CHECK_THROWS_AS(RawClient(server.port()), std::runtime_error);
  half.send("st: a\r\n\r\n");
  const auto last = parse_answers(half.receive_all());
  REQUIRE(last.size() == 1);
  CHECK(last[0].body == "pong");
  CHECK(last[0].field("Connection") == "close");
  gate.set_value();
  const auto answers = parse_answers(busy.receive_all());
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].body == "passed");
  CHECK(answers[0].field("Connection") == "close");
  for (RawClient* client : {&idle, &half, &busy}) client->shut_writing();
  CHECK(drained.get() == Server::Drained::complete);
}

TEST_CASE("draining ends at its deadline") {
  TestServer server(test_settings(), {ping_route()});
  RawClient half(server.port());
  half.send("GET /ping HTTP/1.1\r\nHo");
  REQUIRE(eventually([&] { return server.metric("http_server_connections") == 1; }));
  ping(server);
  const auto begun = steady_clock::now();
  CHECK(server.server().drain(begun + 100ms) == Server::Drained::cancelled);
  CHECK(steady_clock::now() - begun >= 100ms);
  CHECK(half.receive_all().empty());
}

TEST_CASE("several I/O threads serve one port") {
  auto settings = test_settings();
  settings.io_threads = 3;
  TestServer server(settings, {ping_route(), echo_route()});
  std::atomic<int> answered = 0;
  std::vector<std::jthread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      for (int j = 0; j < 20; ++j) {
        RawClient client(server.port());
        const std::string body = "b" + std::to_string(j);
        client.send(std::string(kPing) +
                    "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
        const auto answers = parse_answers(client.receive_all());
        if (answers.size() == 2 && answers[0].body == "pong" && answers[1].body == body) ++answered;
      }
    });
  }
  clients.clear();
  CHECK(answered == 160);
  CHECK(server.server().drain(steady_clock::now() + 20s) == Server::Drained::complete);
}

TEST_CASE("a server that is destroyed with work in flight ends") {
  std::promise<void> gate;
  std::atomic<int> running = 0;
  std::unique_ptr<RawClient> client;
  {
    const auto open = gate.get_future().share();
    TestServer server(test_settings(), {{http::Method::get, "/gate", "gate", http::Runs::on_worker,
                                         [open, &running](const http::Request&) {
                                           ++running;
                                           open.wait();
                                           return http::respond(200, "text/plain", "passed");
                                         }}});
    client = std::make_unique<RawClient>(server.port());
    client->send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(eventually([&] { return running == 1; }));
    gate.set_value();
  }
  // It was answered or cut off, and never half.
  const auto received = client->receive_all();
  CHECK((received.empty() || received.ends_with("passed")));
}

}  // namespace notes::tests
