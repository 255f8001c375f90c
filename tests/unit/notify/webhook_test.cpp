#include "notify/webhook.hpp"

#include <doctest/doctest.h>

#include "support/manual_clock.hpp"
#include "unit/notify/receiver.hpp"

using namespace notes;
using namespace notes::notify;
using namespace std::chrono_literals;
using tests::Receiver;

namespace {

using Texts = std::vector<std::string>;

const std::string kFine = "200 OK\r\n";
const std::string kFailure = "500 Oh\r\n";

/// A sink that keeps what is logged.
class KeptLines final : public telemetry::LogSink {
 public:
  explicit KeptLines(std::string& text) : text_(text) {}
  void write(telemetry::Level /*level*/, std::string_view line) override {
    text_.append(line).append("\n");
  }

 private:
  std::string& text_;
};

struct Bench {
  Webhook::Options options(std::string url) const {
    Webhook::Options options{.url = config::Secret(std::move(url))};
    options.first_pause = 10ms;
    options.longest_pause = 40ms;
    return options;
  }

  tests::ManualClock clock{Timestamp{}};
  std::string logged;
  telemetry::Logger logger{clock, std::make_unique<KeptLines>(logged), telemetry::LogFormat::text,
                           telemetry::Level::debug};
  telemetry::Metrics metrics;
};

std::string posted(const std::string& title) {
  return "POST /T/B/secret\n{\"text\":\"*" + title + "*\"}";
}

}  // namespace

TEST_CASE("a message is posted, and a ping fetched") {
  Receiver receiver({kFine});
  Bench bench;
  Webhook webhook(bench.options(receiver.url("/T/B/secret")), bench.logger, bench.metrics);
  webhook.deliver({.title = "purge-trash failed"});
  webhook.ping(config::Secret(receiver.url("/ping/1")));
  webhook.ping(config::Secret());
  CHECK(webhook.flush(60s));
  CHECK(receiver.requests(2) == Texts{posted("purge-trash failed"), "GET /ping/1\n"});
  CHECK(bench.metrics.prometheus_text().find("notify_deliveries_total{outcome=\"delivered\"} 2") !=
        std::string::npos);
  CHECK(bench.logged.empty());
}

TEST_CASE("what fails is tried again, and what comes after it stays behind it") {
  Receiver receiver({kFailure, kFailure, kFine});
  Bench bench;
  Webhook webhook(bench.options(receiver.url("/T/B/secret")), bench.logger, bench.metrics);
  webhook.deliver({.title = "one"});
  webhook.deliver({.title = "two"});
  CHECK(webhook.flush(60s));
  CHECK(receiver.requests(4) == Texts{posted("one"), posted("one"), posted("one"), posted("two")});
}

TEST_CASE("after the last attempt a message is given up, and the log does not say where it went") {
  Receiver receiver({kFailure});
  Bench bench;
  {
    auto options = bench.options(receiver.url("/T/B/secret"));
    options.attempts = 3;
    Webhook webhook(options, bench.logger, bench.metrics);
    webhook.deliver({.title = "one"});
    CHECK(webhook.flush(60s));
  }
  CHECK(receiver.requests(3).size() == 3);
  CHECK(bench.logged.find("a notification was not delivered kind=message reason=\"status 500\" "
                          "attempts=3") != std::string::npos);
  CHECK(bench.logged.find("secret") == std::string::npos);
  CHECK(bench.logged.find("127.0.0.1") == std::string::npos);
  CHECK(bench.metrics.prometheus_text().find("secret") == std::string::npos);
  CHECK(bench.metrics.prometheus_text().find("notify_deliveries_total{outcome=\"failed\"} 1") !=
        std::string::npos);
}

TEST_CASE("what the other side will never take is not tried again") {
  Receiver receiver({"404 No\r\n"});
  Bench bench;
  Webhook webhook(bench.options(receiver.url("/T/B/secret")), bench.logger, bench.metrics);
  webhook.deliver({.title = "one"});
  CHECK(webhook.flush(60s));
  CHECK(receiver.requests(1).size() == 1);
  CHECK(bench.logged.find("reason=\"status 404\" attempts=1") != std::string::npos);
}

TEST_CASE("a redirect is not followed") {
  Receiver receiver({"302 Found\r\nLocation: /elsewhere\r\n"});
  Bench bench;
  Webhook webhook(bench.options(receiver.url("/T/B/secret")), bench.logger, bench.metrics);
  webhook.deliver({.title = "one"});
  CHECK(webhook.flush(60s));
  CHECK(receiver.requests(1) == Texts{posted("one")});
}

TEST_CASE("Retry-After is waited for") {
  Receiver receiver({"429 Slow\r\nRetry-After: 1\r\n", kFine});
  Bench bench;
  Webhook webhook(bench.options(receiver.url("/T/B/secret")), bench.logger, bench.metrics);
  const auto begin = std::chrono::steady_clock::now();
  webhook.deliver({.title = "one"});
  CHECK(webhook.flush(60s));
  CHECK(receiver.requests(2).size() == 2);
  CHECK(std::chrono::steady_clock::now() - begin >= 1s);
}

TEST_CASE("a server that does not answer is given up after the timeout") {
  Receiver receiver({"", kFine});
  Bench bench;
  auto options = bench.options(receiver.url("/T/B/secret"));
  options.limits.timeout = 200ms;
  Webhook webhook(options, bench.logger, bench.metrics);
  webhook.deliver({.title = "one"});
  CHECK(webhook.flush(60s));
  CHECK(receiver.requests(2) == Texts{posted("one"), posted("one")});
}

TEST_CASE("a slow webhook holds up neither its callers nor the end, and the queue is bounded") {
  Receiver receiver({""});
  Bench bench;
  const auto begin = std::chrono::steady_clock::now();
  {
    auto options = bench.options(receiver.url("/T/B/secret"));
    options.limits.timeout = 10min;
    options.queue_limit = 2;
    Webhook webhook(options, bench.logger, bench.metrics);
    webhook.deliver({.title = "in hand"});
    receiver.requests(1);
    for (int i = 0; i < 5; ++i) webhook.deliver({.title = "more"});
    CHECK_FALSE(webhook.flush(10ms));
  }
  CHECK(std::chrono::steady_clock::now() - begin < 60s);
  // Three that found no room, and three that were left at the end.
  CHECK(bench.metrics.prometheus_text().find("notify_deliveries_total{outcome=\"dropped\"} 6") !=
        std::string::npos);
  CHECK(bench.logged.find("notifications are dropped: too many wait") != std::string::npos);
  CHECK(bench.logged.find("notifications dropped at the end count=3") != std::string::npos);
}

TEST_CASE("a host that cannot be reached is an error that does not name it") {
  Bench bench;
  {
    auto options = bench.options("http://no-such-host.invalid/T/B/secret");
    options.attempts = 1;
    Webhook webhook(options, bench.logger, bench.metrics);
    webhook.deliver({.title = "one"});
    CHECK(webhook.flush(60s));
  }
  CHECK(bench.logged.find("a notification was not delivered") != std::string::npos);
  CHECK(bench.logged.find("invalid") == std::string::npos);
}
