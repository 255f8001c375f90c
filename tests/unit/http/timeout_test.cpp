#include <chrono>
#include <future>
#include <string>

#include <doctest/doctest.h>

#include "raw_client.hpp"
#include "test_server.hpp"

namespace notes::tests {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// The statuses that a client got before the server ended the connection.
std::vector<int> statuses(RawClient& client) {
  std::vector<int> all;
  for (const auto& answer : parse_answers(client.receive_all())) all.push_back(answer.status);
  return all;
}

/// Sends `byte` again and again, as fast as the server makes no difference, until it ends the
/// connection.
std::vector<int> drip(RawClient& client, std::string_view byte) {
  const auto deadline = steady_clock::now() + 20s;
  while (client.receive_available()) {
    if (steady_clock::now() > deadline)
      throw std::runtime_error("the server lets a client drip for ever");
    client.send(byte);
    std::this_thread::yield();
  }
  return statuses(client);
}

config::ServerSettings impatient() {
  auto settings = test_settings();
  settings.header_timeout = 150ms;
  settings.body_timeout = 150ms;
  settings.keep_alive_timeout = 150ms;
  settings.write_timeout = 150ms;
  return settings;
}

}  // namespace

TEST_CASE("a connection on which nothing is said is closed without a word") {
  TestServer server(impatient(), {ping_route()});
  RawClient silent(server.port());
  CHECK(statuses(silent).empty());
  RawClient after_one(server.port());
  after_one.send("GET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(statuses(after_one) == std::vector{200});
  RawClient after_empty_line(server.port());
  after_empty_line.send("\r\n");
  CHECK(statuses(after_empty_line).empty());
}

TEST_CASE("a head that does not end in time is answered 408, dripping or not") {
  TestServer server(impatient(), {ping_route()});
  RawClient stopped(server.port());
  stopped.send("GET /ping HTTP/1.1\r\nHost");
  CHECK(statuses(stopped) == std::vector{408});
  auto settings = impatient();
  settings.max_header_bytes = std::size_t{1} << 30;
  TestServer patient_in_size(settings, {ping_route()});
  RawClient dripping(patient_in_size.port());
  dripping.send("GET /ping HTTP/1.1\r\nX: ");
  CHECK(drip(dripping, "x") == std::vector{408});
  CHECK(server.metric("http_server_rejected_requests_total{http_response_status_code=\"408\"}") ==
        1);
}

TEST_CASE("a body that does not end in time is answered 408, dripping or not") {
  auto settings = impatient();
  settings.max_body_bytes = std::size_t{1} << 30;
  TestServer server(settings, {echo_route()});
  RawClient stopped(server.port());
  stopped.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  CHECK(statuses(stopped) == std::vector{408});
  RawClient dripping(server.port());
  dripping.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
  CHECK(drip(dripping, "x") == std::vector{408});
}

TEST_CASE("a client that does not read its answer is dropped") {
  TestServer server(
      impatient(),
      {ping_route(),
       {http::Method::get, "/large", "large", http::Runs::inline_, [](const http::Request&) {
          return http::respond(200, "text/plain", std::string(std::size_t{64} << 20, 'x'));
        }}});
  RawClient client(server.port());
  client.set_receive_buffer(4096);
  client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(eventually([&] { return server.log().hold("/large"); }));
  CHECK(eventually([&] { return server.metric("http_server_connections") == 0; }));
}

TEST_CASE("a worker that is late is answered for, and its own answer is dropped") {
  auto settings = test_settings();
  settings.request_timeout = 100ms;
  std::promise<void> gate;
  const auto open = gate.get_future().share();
  TestServer server(settings, {ping_route(),
                               {http::Method::get, "/slow", "slow", http::Runs::on_worker,
                                [open](const http::Request&) {
                                  open.wait();
                                  return http::respond(200, "text/plain", "too late");
                                }}});
  RawClient client(server.port());
  client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(eventually([&] {
    return client.receive_available() && client.received().find("}") != std::string::npos;
  }));
  gate.set_value();
  client.send("GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(statuses(client) == std::vector{504, 200});
}

}  // namespace notes::tests
