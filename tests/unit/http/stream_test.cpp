#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "raw_client.hpp"
#include "test_server.hpp"

namespace notes::tests {
namespace {

using namespace std::chrono_literals;
using http::Method;
using http::Request;
using http::Response;
using http::Runs;
using std::chrono::steady_clock;

constexpr std::string_view kGet = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kPing = "GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// GET /stream answers `first` and then what the source gives.
http::Route stream_route(std::string first, http::BodySource rest) {
  return {Method::get, "/stream", "stream", Runs::on_worker,
          [first = std::move(first), rest = std::move(rest)](const Request&) {
            auto response = http::respond(200, "text/plain", first);
            response.rest = rest;
            return response;
          }};
}

/// A source of these pieces.
http::BodySource pieces(std::vector<std::string> all) {
  return [all, next = std::size_t{0}]() mutable -> std::optional<std::string> {
    if (next == all.size()) return std::nullopt;
    return all[next++];
  };
}

std::string body_of(const std::string& bytes) { return bytes.substr(bytes.find("\r\n\r\n") + 4); }

std::string head_of(const std::string& bytes) {
  return bytes.substr(0, bytes.find("\r\n\r\n") + 2);
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a streamed body is chunked, and the next answer stands behind its last chunk") {
  TestServer server(test_settings(),
                    {ping_route(), stream_route("first", pieces({std::string(26, 'x'), "", "y"}))});
  RawClient client(server.port());
  client.send(std::string(kGet) + std::string(kPing));
  const auto bytes = client.receive_all();
  const auto head = head_of(bytes);
  CHECK(has(head, "\r\nTransfer-Encoding: chunked\r\n"));
  CHECK_FALSE(has(head, "Content-Length"));
  CHECK_FALSE(has(head, "Connection"));
  // RFC 9112 §7.1: sizes are hexadecimal; an empty piece is no chunk, which would be the last.
  const std::string body =
      "5\r\nfirst\r\n1a\r\n" + std::string(26, 'x') + "\r\n1\r\ny\r\n0\r\n\r\n";
  REQUIRE(body_of(bytes).starts_with(body + "HTTP/1.1 200 OK\r\n"));
  CHECK(bytes.ends_with("\r\n\r\npong"));
  CHECK(server.metric("http_server_request_duration_seconds_count{http_request_method=\"GET\","
                      "http_response_status_code=\"200\",http_route=\"/stream\"}") == 1);
  CHECK(server.log().hold(R"("path":"/stream","status":200,"bytes":32,)"));
}

TEST_CASE("an HTTP/1.0 client gets a streamed body up to the end of the connection") {
  TestServer server(test_settings(), {ping_route(), stream_route("a", pieces({"b", "c"}))});
  for (const std::string fields : {"", "Connection: keep-alive\r\n"}) {
    CAPTURE(fields);
    RawClient client(server.port());
    // Whatever came behind it cannot be answered.
    client.send("GET /stream HTTP/1.0\r\n" + fields + "\r\nGET /ping HTTP/1.0\r\n\r\n");
    const auto bytes = client.receive_all();
    const auto head = head_of(bytes);
    CHECK_FALSE(has(head, "Transfer-Encoding"));
    CHECK_FALSE(has(head, "Content-Length"));
    CHECK(has(head, "\r\nConnection: close\r\n"));
    CHECK(body_of(bytes) == "abc");
  }
}

TEST_CASE("the answer to HEAD says how the body would come, and never asks for it") {
  std::atomic<int> asked = 0;
  TestServer server(test_settings(), {ping_route(), stream_route("a", [&asked] {
                                        ++asked;
                                        return std::optional<std::string>();
                                      })});
  RawClient client(server.port());
  client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(kPing));
  const auto bytes = client.receive_all();
  CHECK(has(head_of(bytes), "\r\nTransfer-Encoding: chunked\r\n"));
  CHECK(body_of(bytes).starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(asked == 0);
}

TEST_CASE("a streamed body waits for the answers before it") {
  std::promise<void> gate;
  const auto open = gate.get_future().share();
  std::atomic<int> asked = 0;
  std::atomic<int> begun = 0;
  TestServer server(test_settings(),
                    {ping_route(),
                     {Method::get, "/gate", "gate", Runs::on_worker,
                      [open](const Request&) {
                        open.wait();
                        return http::respond(200, "text/plain", "passed");
                      }},
                     {Method::get, "/stream", "stream", Runs::on_worker, [&](const Request&) {
                        ++begun;
                        auto response = http::respond(200, "text/plain", "a");
                        response.rest = [&asked] {
                          return ++asked == 1 ? std::optional<std::string>("b") : std::nullopt;
                        };
                        return response;
                      }}});
  RawClient client(server.port());
  client.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(kGet) + std::string(kPing));
  REQUIRE(eventually([&] { return begun == 1; }));
  RawClient other(server.port());
  other.send(kPing);
  other.receive_all();
  CHECK(asked == 0);
  gate.set_value();
  const auto bytes = client.receive_all();
  const auto passed = bytes.find("passed");
  const auto body = bytes.find("1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
  REQUIRE(passed != std::string::npos);
  REQUIRE(body != std::string::npos);
  CHECK(passed < body);
  CHECK(bytes.ends_with("pong"));
}

TEST_CASE("a source that throws ends the connection without the last chunk, and is logged") {
  for (const std::string version : {"1.1", "1.0"}) {
    CAPTURE(version);
    std::atomic<int> asked = 0;
    TestServer server(test_settings(),
                      {stream_route("first", [&asked]() -> std::optional<std::string> {
                        if (++asked == 2) throw Error(ErrorCode::unreachable, "the disk is gone");
                        return "second";
                      })});
    RawClient client(server.port());
    client.send("GET /stream HTTP/" + version + "\r\nHost: a\r\n\r\n");
    const auto bytes = client.receive_all();
    CHECK(has(bytes, "first"));
    CHECK(has(bytes, "second"));
    CHECK_FALSE(bytes.ends_with("0\r\n\r\n"));
    // An orderly end would be the whole body to HTTP/1.0.
    CHECK(client.was_reset());
    REQUIRE(eventually([&] { return server.log().hold(R"("bytes":11,)"); }));
    CHECK(server.log().hold("the disk is gone"));
    CHECK(server.log().hold(R"("path":"/stream","status":503,"bytes":11,)"));
    CHECK(eventually([&] { return server.metric("http_server_connections") == 0; }));
    CHECK(server.metric("http_server_active_requests") == 0);
  }
}

TEST_CASE("what a slow reader has not read is not made, and costs no worker") {
  constexpr std::size_t kPiece = std::size_t{256} * 1024;
  constexpr int kPieces = 400;
  std::atomic<int> asked = 0;
  auto settings = test_settings();
  settings.workers = 1;
  TestServer server(settings, {echo_route(), stream_route("", [&asked] {
                                 return ++asked > kPieces ? std::nullopt
                                                          : std::optional(std::string(kPiece, 'x'));
                               })});
  RawClient client(server.port());
  client.send("GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  // Until it stands still while the one worker serves somebody else again and again.
  CHECK(eventually([&] {
    const int before = asked;
    for (int i = 0; i < 20; ++i) {
      RawClient other(server.port());
      other.send(
          "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
      other.receive_all();
    }
    return before > 0 && asked == before;
  }));
  // What the kernel buffers on both sides is a few MiB of the 100.
  CHECK(asked < kPieces / 4);
  const auto bytes = client.receive_all();
  CHECK(asked == kPieces + 1);
  CHECK(bytes.ends_with("0\r\n\r\n"));
  CHECK(bytes.size() > kPieces * kPiece);
}

TEST_CASE("a client that stops reading a streamed body is dropped, and its source with it") {
  auto settings = test_settings();
  settings.write_timeout = 150ms;
  const auto held = std::make_shared<int>();  // shared with the sources
  std::atomic<bool> asked = false;
  TestServer server(settings, {{Method::get, "/stream", "stream", Runs::on_worker,
                                [&, watched = std::weak_ptr(held)](const Request&) {
                                  auto response = http::respond(200, "text/plain", "a");
                                  response.rest = [&, one = watched.lock()] {
                                    asked = one != nullptr;
                                    return std::optional(std::string(std::size_t{256} << 10, 'x'));
                                  };
                                  return response;
                                }}});
  RawClient client(server.port());
  client.set_receive_buffer(4096);
  client.send(kGet);
  CHECK(eventually([&] { return server.log().hold(R"("path":"/stream","status":499,)"); }));
  CHECK(asked);
  CHECK(eventually([&] { return held.use_count() == 1; }));
  CHECK(eventually([&] { return server.metric("http_server_connections") == 0; }));
}

TEST_CASE("the deadline of a request is that of each piece, and not of all") {
  auto settings = test_settings();
  settings.request_timeout = 200ms;
  std::promise<void> gate;
  const auto open = gate.get_future().share();
  std::atomic<int> asked = 0;
  TestServer server(settings, {stream_route("a", [&asked, open]() -> std::optional<std::string> {
                      // Six times 50 ms is more than one request may take.
                      if (++asked == 7) open.wait();
                      open.wait_for(50ms);
                      return "b";
                    })});
  RawClient client(server.port());
  client.send(kGet);
  const auto bytes = client.receive_all();
  gate.set_value();
  CHECK(body_of(bytes) == "1\r\na\r\n1\r\nb\r\n1\r\nb\r\n1\r\nb\r\n1\r\nb\r\n1\r\nb\r\n1\r\nb\r\n");
  CHECK(server.log().hold(R"("path":"/stream","status":504,"bytes":7,)"));
}

TEST_CASE("draining waits for a streamed body, up to its deadline") {
  std::promise<void> gate;
  const auto open = gate.get_future().share();
  std::atomic<int> asked = 0;
  TestServer server(test_settings(), {stream_route("a", [&asked, open]() {
                      if (++asked == 2) open.wait();
                      return asked == 3 ? std::nullopt : std::optional<std::string>("b");
                    })});
  RawClient client(server.port());
  client.send(kGet);
  REQUIRE(eventually([&] { return asked == 2; }));
  auto drained = std::async(std::launch::async,
                            [&] { return server.server().drain(steady_clock::now() + 20s); });
  CHECK(drained.wait_for(50ms) == std::future_status::timeout);
  gate.set_value();
  CHECK(client.receive_all().ends_with("1\r\nb\r\n1\r\nb\r\n0\r\n\r\n"));
  client.shut_writing();
  CHECK(drained.get() == http::Server::Drained::complete);
}

TEST_CASE("an inline route does not answer piece by piece") {
  auto route = stream_route("a", pieces({"b"}));
  route.runs = Runs::inline_;
  TestServer server(test_settings(), {route});
  RawClient client(server.port());
  client.send("GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(parse_answers(client.receive_all()).at(0).status == 500);
  CHECK(server.log().hold("stream runs inline and answers piece by piece"));
}

}  // namespace notes::tests
