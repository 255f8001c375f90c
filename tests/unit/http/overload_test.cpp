#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "raw_client.hpp"
#include "test_server.hpp"

namespace notes::tests {
namespace {

using namespace std::chrono_literals;
using http::Method;
using http::Request;
using http::Runs;

constexpr std::string_view kGate = "GET /gate HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
constexpr std::string_view kPing = "GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

http::Route gate_route(std::shared_future<void> open, std::atomic<int>& running) {
  return {Method::get, "/gate", "gate", Runs::on_worker, [open, &running](const Request&) {
            ++running;
            open.wait();
            return http::respond(200, "text/plain", "passed");
          }};
}

Answer only_answer(RawClient& client) {
  auto answers = parse_answers(client.receive_all());
  REQUIRE(answers.size() == 1);
  return answers[0];
}

/// The processor time that this process has used.
double processor_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

}  // namespace

TEST_CASE("a full queue sheds, and inline routes are served all the while") {
  auto settings = test_settings();
  settings.workers = 1;
  settings.queue_limit = 1;
  std::promise<void> gate;
  std::atomic<int> running = 0;
  TestServer server(settings, {ping_route(), gate_route(gate.get_future().share(), running)});
  RawClient first(server.port());
  first.send(kGate);
  REQUIRE(eventually([&] { return running == 1; }));
  RawClient second(server.port());
  second.send(kGate);
  REQUIRE(eventually([&] { return server.metric("http_server_active_requests") == 2; }));
  RawClient third(server.port());
  third.send(kGate);
  const auto shed = only_answer(third);
  CHECK(shed.status == 503);
  CHECK(shed.field("Retry-After") == "1");
  CHECK(shed.field("Content-Type") == "application/problem+json");
  CHECK(server.metric("http_server_shed_requests_total") == 1);
  RawClient inline_one(server.port());
  inline_one.send(kPing);
  CHECK(only_answer(inline_one).body == "pong");
  gate.set_value();
  CHECK(only_answer(first).body == "passed");
  CHECK(only_answer(second).body == "passed");
}

TEST_CASE("what waits in the queue beyond its deadline is told to come back") {
  auto settings = test_settings();
  settings.workers = 1;
  settings.request_timeout = 100ms;
  std::promise<void> gate;
  std::atomic<int> running = 0;
  TestServer server(settings, {gate_route(gate.get_future().share(), running)});
  RawClient first(server.port());
  first.send(kGate);
  REQUIRE(eventually([&] { return running == 1; }));
  RawClient second(server.port());
  second.send(kGate);
  CHECK(only_answer(second).status == 503);
  CHECK(only_answer(first).status == 504);
  gate.set_value();
}

TEST_CASE("connections beyond the limit wait until there is room") {
  auto settings = test_settings();
  settings.max_connections = 2;
  TestServer server(settings, {ping_route()});
  auto first = std::make_unique<RawClient>(server.port());
  auto second = std::make_unique<RawClient>(server.port());
  REQUIRE(eventually([&] { return server.metric("http_server_connections") == 2; }));
  RawClient third(server.port());
  third.send(kPing);
  second->send(kPing);
  CHECK(only_answer(*second).body == "pong");
  second.reset();
  CHECK(only_answer(third).body == "pong");
  CHECK(server.metric("http_server_connections") <= 2);
}

TEST_CASE("a server without descriptors left does not spin, and serves again when there are some") {
  // In a process of its own: the limit is the process's.
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    TestServer server(test_settings(), {ping_route()});
    std::vector<std::unique_ptr<RawClient>> clients;
    clients.push_back(std::make_unique<RawClient>(server.port()));
    eventually([&] { return server.metric("http_server_connections") == 1; });
    // Room for the client's socket below, none for the server's half of it.
    const int next = ::dup(0);
    ::close(next);
    const rlimit few{.rlim_cur = static_cast<rlim_t>(next) + 1, .rlim_max = 1024};
    if (::setrlimit(RLIMIT_NOFILE, &few) != 0) ::_exit(10);
    // A thread that begins opens a file for a moment: what it gives back must not be room either.
    int last = -1;
    for (int filler = ::dup(0); filler >= 0; filler = ::dup(0)) last = filler;
    ::close(last);
    RawClient waiting(server.port());
    waiting.send(kPing);
    const double before = processor_seconds();
    std::promise<void> never;
    never.get_future().wait_for(std::chrono::milliseconds(500));
    if (processor_seconds() - before > 0.25) ::_exit(11);
    if (!waiting.receive_available() || !waiting.received().empty()) ::_exit(12);
    const rlimit enough{.rlim_cur = 1024, .rlim_max = 1024};
    if (::setrlimit(RLIMIT_NOFILE, &enough) != 0) ::_exit(13);
    ::_exit(parse_answers(waiting.receive_all())[0].body == "pong" ? 0 : 14);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace notes::tests
