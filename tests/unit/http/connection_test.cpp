#include <atomic>
#include <future>
#include <string>

#include <doctest/doctest.h>
#include <sys/socket.h>

#include "raw_client.hpp"
#include "test_server.hpp"

namespace notes::tests {
namespace {

using http::Method;
using http::Request;
using http::Runs;

std::string get(std::string_view path, std::string_view fields = "") {
  return std::string("GET ")
      .append(path)
      .append(" HTTP/1.1\r\nHost: a\r\n")
      .append(fields)
      .append("\r\n");
}

constexpr std::string_view kClose = "Connection: close\r\n";

/// GET /gate on a worker: answers "passed" when the future is ready.
http::Route gate_route(std::shared_future<void> open) {
  return {Method::get, "/gate", "gate", Runs::on_worker, [open](const Request&) {
            open.wait();
            return http::respond(200, "text/plain", "passed");
          }};
}

http::Route large_route(std::size_t size) {
  return {Method::get, "/large", "large", Runs::inline_, [size](const Request&) {
            return http::respond(200, "text/plain", std::string(size, 'x'));
          }};
}

std::vector<std::string> bodies(std::string_view bytes) {
  std::vector<std::string> all;
  for (auto& answer : parse_answers(bytes)) all.push_back(std::move(answer.body));
  return all;
}

}  // namespace

TEST_CASE("answers keep the order of their requests, whoever is ready first") {
  std::promise<void> gate;
  TestServer server(test_settings(),
                    {ping_route(), echo_route(), gate_route(gate.get_future().share())});
  RawClient client(server.port());
  client.send(get("/gate") + get("/ping") +
              "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" +
              get("/ping", kClose));
  RawClient other(server.port());
  other.send(get("/ping", kClose));
  CHECK(bodies(other.receive_all()) == std::vector<std::string>{"pong"});
  client.receive_available();
  CHECK(client.received().empty());
  gate.set_value();
  CHECK(bodies(client.receive_all()) == std::vector<std::string>{"passed", "pong", "abc", "pong"});
}

TEST_CASE("the answers to a thousand pipelined requests are all there") {
  TestServer server(test_settings(), {ping_route(), echo_route()});
  RawClient client(server.port());
  std::string requests;
  std::vector<std::string> expected;
  for (int i = 0; i < 1000; ++i) {
    const auto body = std::to_string(i);
    requests += "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body;
    expected.push_back(body);
  }
  requests += get("/ping", kClose);
  expected.emplace_back("pong");
  client.send(requests);
  CHECK(bodies(client.receive_all()) == expected);
}

TEST_CASE("a client that does not read is not read from") {
  auto settings = test_settings();
  settings.max_output_bytes = std::size_t{256} * 1024;
  TestServer server(settings, {ping_route(), large_route(std::size_t{64} * 1024)});
  RawClient client(server.port());
  // The kernel's buffers and the server's bound take some; then the server must stop reading, and
  // so must we sending.
  const std::string batch = [] {
    std::string requests;
    for (int i = 0; i < 1000; ++i) requests += get("/large");
    return requests;
  }();
  std::size_t sent = 0;
  const std::size_t most = std::size_t{64} * 1024 * 1024;
  RawClient other(server.port());
  for (std::size_t idle = 0; idle < 20 && sent < most;) {
    const auto step = client.send_available(std::string_view(batch).substr(sent % batch.size()));
    sent += step;
    idle = step == 0 ? idle + 1 : 0;
    // Others are served all the while; it also lets the server's thread run.
    other.send(get("/ping"));
    other.receive_until("pong");
  }
  CHECK(sent < most);
  // When the client reads at last, the server goes on.
  CHECK(eventually([&] {
    client.receive_available();
    return client.received().size() > std::size_t{4} * 1024 * 1024;
  }));
}

TEST_CASE("what is in flight on one connection is bounded") {
  auto settings = test_settings();
  settings.workers = 8;
  settings.max_pipelined = 2;
  std::promise<void> gate;
  const auto open = gate.get_future().share();
  std::atomic<int> running = 0;
  TestServer server(settings, {ping_route(),
                               {Method::get, "/count", "count", Runs::on_worker,
                                [&running, open](const Request&) {
                                  ++running;
                                  open.wait();
                                  return http::respond(200, "text/plain", "x");
                                }}});
  RawClient client(server.port());
  client.send(get("/count") + get("/count") + get("/count") + get("/count", kClose));
  CHECK(eventually([&] { return running == 2; }));
  RawClient other(server.port());
  for (int i = 0; i < 3; ++i) {
    other.send(get("/ping"));
    other.receive_until("pong");
  }
  CHECK(running == 2);
  gate.set_value();
  CHECK(bodies(client.receive_all()).size() == 4);
}

TEST_CASE("a late answer reaches no other connection") {
  auto settings = test_settings();
  std::promise<void> gate;
  std::atomic<int> running = 0;
  std::atomic<int> done = 0;
  const auto open = gate.get_future().share();
  TestServer server(
      settings,
      {ping_route(),
       {Method::get, "/late", "late", Runs::on_worker, [&running, &done, open](const Request&) {
          ++running;
          open.wait();
          ++done;
          return http::respond(200, "text/plain", "for somebody who has gone");
        }}});
  {
    RawClient gone(server.port());
    gone.send(get("/late"));
    REQUIRE(eventually([&] { return running == 1; }));
    // Closing with unread bytes on the way resets the connection: the server drops it at once.
    const linger reset{.l_onoff = 1, .l_linger = 0};
    REQUIRE(::setsockopt(gone.descriptor(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset) == 0);
  }
  CHECK(eventually([&] { return server.metric("http_server_connections") == 0; }));
  // The next connection gets the descriptor that the first one had.
  RawClient next(server.port());
  next.send(get("/ping"));
  next.receive_until("pong");
  gate.set_value();
  CHECK(eventually([&] { return done == 1; }));
  next.send(get("/ping", kClose));
  CHECK(bodies(next.receive_all()) == std::vector<std::string>{"pong", "pong"});
}

TEST_CASE("a client that has shut its side still gets its answers") {
  std::promise<void> gate;
  TestServer server(test_settings(), {gate_route(gate.get_future().share())});
  RawClient client(server.port());
  client.send(get("/gate"));
  client.shut_writing();
  CHECK(eventually([&] { return server.metric("http_server_active_requests") == 1; }));
  gate.set_value();
  CHECK(bodies(client.receive_all()) == std::vector<std::string>{"passed"});
}

TEST_CASE("a client that sends a body nobody wants can read the refusal") {
  auto settings = test_settings();
  settings.max_body_bytes = 1000;
  TestServer server(settings, {echo_route()});
  const std::string megabytes(std::size_t{4} * 1024 * 1024, 'x');
  for (int i = 0; i < 5; ++i) {
    RawClient client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4194304\r\n\r\n" + megabytes);
    const auto answers = parse_answers(client.receive_all());
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].status == 413);
  }
}

TEST_CASE("the interim answer comes before the body is sent") {
  TestServer server(test_settings(), {echo_route()});
  RawClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n" +
              std::string(kClose) + "\r\n");
  CHECK(client.receive_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  const auto answers = parse_answers(client.receive_all());
  REQUIRE(answers.size() == 2);
  CHECK(answers[1].body == "body");
}

TEST_CASE("each answer carries the request's id and a line of the log does too") {
  TestServer server(test_settings(), {ping_route()});
  RawClient client(server.port());
  client.send(get("/ping", "X-Request-Id: mine-1\r\nConnection: close\r\n"));
  const auto answers = parse_answers(client.receive_all());
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].field("X-Request-Id") == "mine-1");
  CHECK(answers[0].field("X-Content-Type-Options") == "nosniff");
  CHECK(server.log().hold(
      "\"request_id\":\"mine-1\",\"method\":\"GET\",\"path\":\"/ping\",\"status\":200"));
  CHECK(server.metric("http_server_request_duration_seconds_count{http_request_method=\"GET\","
                      "http_response_status_code=\"200\",http_route=\"/ping\"}") == 1);
}

}  // namespace notes::tests
