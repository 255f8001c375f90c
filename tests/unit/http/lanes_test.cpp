#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "raw_client.hpp"
#include "test_server.hpp"

namespace notes::tests {
namespace {

using http::Arrival;
using http::Lane;
using http::Method;
using http::Outcome;
using http::Request;
using http::Response;
using http::Runs;

constexpr std::string_view kHead = " HTTP/1.1\r\nHost: a\r\n";

std::string get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + std::string(kHead) + fields + "Connection: close\r\n\r\n";
}

Response text(std::string body) { return http::respond(200, "text/plain", std::move(body)); }

/// Holds the first batch until it is opened, and keeps what the batches were.
class Batches {
 public:
  void hold_first(std::size_t size) {
    {
      const std::lock_guard lock(mutex_);
      sizes_.push_back(size);
      if (sizes_.size() > 1) return;
    }
    running = 1;
    open_.wait();
  }
  void open() { gate_.set_value(); }
  std::vector<std::size_t> sizes() const {
    const std::lock_guard lock(mutex_);
    return sizes_;
  }

  std::atomic<int> running = 0;

 private:
  std::promise<void> gate_;
  std::shared_future<void> open_ = gate_.get_future().share();
  mutable std::mutex mutex_;
  // guards: sizes_
  std::vector<std::size_t> sizes_;
};

/// GET /{what}, in a lane that `handler` answers; alone it says so.
http::Route gathered(std::function<std::vector<Outcome>(std::span<const Arrival>)> handler) {
  return {Method::get,
          "/{what}",
          "gathered",
          Runs::on_worker,
          [](const Request& request) { return text("alone " + request.path); },
          std::make_shared<const Lane>(Lane{.name = "test", .handler = std::move(handler)})};
}

Answer only_answer(RawClient& client) {
  auto answers = parse_answers(client.receive_all());
  REQUIRE(answers.size() == 1);
  return answers[0];
}

/// A first request that holds the lane, and those that come meanwhile, in the order of the paths.
struct Crowd {
  Crowd(TestServer& server, Batches& batches, const std::vector<std::string>& requests)
      : first(server.port()) {
    first.send(get("/first"));
    REQUIRE(eventually([&] { return batches.running == 1; }));
    for (const auto& request : requests) {
      clients.push_back(std::make_unique<RawClient>(server.port()));
      clients.back()->send(request);
    }
    const auto active = static_cast<double>(requests.size() + 1);
    REQUIRE(eventually([&] { return server.metric("http_server_active_requests") == active; }));
    batches.open();
  }

  RawClient first;
  std::vector<std::unique_ptr<RawClient>> clients;
};

}  // namespace

TEST_CASE("requests that come while a batch runs are answered together, each with its own") {
  Batches batches;
  TestServer server(test_settings(), {gathered([&](std::span<const Arrival> arrivals) {
                      batches.hold_first(arrivals.size());
                      std::vector<Outcome> outcomes;
                      for (const auto& arrival : arrivals) {
                        outcomes.emplace_back(text("together " + arrival.request.path));
                      }
                      return outcomes;
                    })});
  Crowd crowd(server, batches, {get("/a"), get("/b"), get("/c")});
  CHECK(only_answer(crowd.first).body == "together /first");
  CHECK(only_answer(*crowd.clients[0]).body == "together /a");
  CHECK(only_answer(*crowd.clients[1]).body == "together /b");
  CHECK(only_answer(*crowd.clients[2]).body == "together /c");
  CHECK(batches.sizes() == std::vector<std::size_t>{1, 3});
  CHECK(server.metric("http_server_batch_size_count{lane=\"test\"}") == 2);
  CHECK(server.metric("http_server_batch_size_sum{lane=\"test\"}") == 4);
}

TEST_CASE("what one of a batch throws, and what is left to do for it alone, is its own") {
  Batches batches;
  TestServer server(test_settings(), {gathered([&](std::span<const Arrival> arrivals) {
                      batches.hold_first(arrivals.size());
                      std::vector<Outcome> outcomes;
                      for (const auto& arrival : arrivals) {
                        const auto& path = arrival.request.path;
                        if (path == "/error") {
                          outcomes.emplace_back(std::make_exception_ptr(
                              Error(ErrorCode::not_found, "there is no note 7")));
                        } else if (path == "/alone") {
                          outcomes.emplace_back([] { return text("by itself"); });
                        } else if (path == "/wrong") {
                          outcomes.emplace_back(text("x"));
                          std::get<Response>(outcomes.back()).headers.add("A", "line\nbreak");
                        } else {
                          outcomes.emplace_back(text("together"));
                        }
                      }
                      return outcomes;
                    })});
  Crowd crowd(server, batches,
              {get("/error", "X-Request-Id: mine\r\n"), get("/alone"), get("/wrong"), get("/d")});
  const auto error = only_answer(*crowd.clients[0]);
  CHECK(error.status == 404);
  CHECK(error.field("X-Request-Id") == "mine");
  CHECK(error.body.find("there is no note 7") != std::string::npos);
  CHECK(only_answer(*crowd.clients[1]).body == "by itself");
  CHECK(only_answer(*crowd.clients[2]).status == 500);
  CHECK(only_answer(*crowd.clients[3]).body == "together");
}

TEST_CASE("what fails for all of a batch is tried for each alone") {
  Batches batches;
  auto code = ErrorCode::conflict;
  TestServer server(test_settings(),
                    {gathered([&](std::span<const Arrival> arrivals) -> std::vector<Outcome> {
                      batches.hold_first(arrivals.size());
                      if (arrivals.size() == 1) return {text("first")};
                      throw Error(code, "not all of these");
                    })});
  SUBCASE("unless that is no use") {
    code = ErrorCode::unreachable;
    Crowd crowd(server, batches, {get("/a"), get("/b")});
    for (const auto& client : crowd.clients) CHECK(only_answer(*client).status == 503);
  }
  SUBCASE("and succeeds where it can") {
    Crowd crowd(server, batches, {get("/a"), get("/b")});
    CHECK(only_answer(*crowd.clients[0]).body == "alone /a");
    CHECK(only_answer(*crowd.clients[1]).body == "alone /b");
  }
}

TEST_CASE("a long answer of a batch is coded for who wants it, and for nobody else") {
  Batches batches;
  const std::string body(5000, 'x');
  TestServer server(test_settings(), {gathered([&](std::span<const Arrival> arrivals) {
                      batches.hold_first(arrivals.size());
                      return std::vector<Outcome>(arrivals.size(), text(body));
                    })});
  Crowd crowd(server, batches, {get("/a", "Accept-Encoding: gzip\r\n"), get("/b")});
  const auto coded = only_answer(*crowd.clients[0]);
  CHECK(coded.field("Content-Encoding") == "gzip");
  CHECK(coded.body.size() < 200);
  const auto plain = only_answer(*crowd.clients[1]);
  CHECK(plain.field("Content-Encoding") == "");
  CHECK(plain.field("Vary") == "Accept-Encoding");
  CHECK(plain.body == body);
}

TEST_CASE("in a full queue who has the most waiting gives way to who has least") {
  auto settings = test_settings();
  settings.queue_limit = 3;
  Batches batches;
  TestServer server(settings, {gathered([&](std::span<const Arrival> arrivals) {
                      batches.hold_first(arrivals.size());
                      return std::vector<Outcome>(arrivals.size(), text("served"));
                    })});
  RawClient first(server.port());
  first.send(get("/first"));
  REQUIRE(eventually([&] { return batches.running == 1; }));
  std::vector<std::unique_ptr<RawClient>> flood;
  for (int i = 0; i < 3; ++i) {
    flood.push_back(std::make_unique<RawClient>(server.port()));
    flood.back()->send(get("/flood", "Authorization: Bearer flood\r\n"));
    REQUIRE(eventually([&] { return server.metric("http_server_active_requests") == i + 2; }));
  }
  RawClient quiet(server.port());
  quiet.send(get("/quiet", "Authorization: Bearer quiet\r\n"));
  const auto displaced = only_answer(*flood[2]);
  CHECK(displaced.status == 503);
  CHECK(displaced.field("Retry-After") == "1");
  CHECK(server.metric("http_server_shed_requests_total") == 1);
  batches.open();
  CHECK(only_answer(quiet).body == "served");
  CHECK(only_answer(*flood[0]).body == "served");
  CHECK(only_answer(*flood[1]).body == "served");
}

}  // namespace notes::tests
