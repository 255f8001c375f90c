#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <thread>

#include "config/settings.hpp"
#include "notify/exchange.hpp"
#include "notify/notifier.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::notify {

/// Posts messages to a Slack-compatible webhook, and fetches the URLs of outside watches, from a
/// thread of its own behind a bounded queue. What fails is tried again, after a pause that doubles
/// each time, is jittered, and is at least what Retry-After asks for; what goes to one URL stays in
/// order. The destructor breaks off what is under way and drops the rest: flush() first.
class Webhook final : public Notifier {
 public:
  struct Options {
    config::Secret url = {};  ///< where messages go; empty: nowhere
    DeliveryLimits limits = {};
    unsigned attempts = 5;
    std::chrono::milliseconds first_pause = std::chrono::seconds(1);
    std::chrono::milliseconds longest_pause = std::chrono::minutes(1);
    /// However long Retry-After asks to wait.
    std::chrono::milliseconds longest_retry_after = std::chrono::hours(1);
    std::size_t queue_limit = 256;  ///< what comes beyond it is dropped, logged and counted
  };

  /// `logger` and `metrics` must outlive it.
  Webhook(Options options, telemetry::Logger& logger, telemetry::Metrics& metrics);
  ~Webhook() override;

  void deliver(Message message) override;
  void ping(const config::Secret& url) override;
  bool flush(std::chrono::milliseconds longest) override;

 private:
  using Instant = std::chrono::steady_clock::time_point;

  struct Waiting {
    Delivery delivery;
    unsigned attempts = 0;  ///< so far
    Instant not_before;
  };

  void add(Delivery delivery);
  void work(const std::stop_token& stop);
  /// The place of the first whose time has come, or when the next one's comes.
  std::deque<Waiting>::iterator next(Instant now, std::optional<Instant>& wake);
  /// Counts and logs what came of an attempt; what is to be tried again comes back.
  std::optional<Waiting> settle(Waiting item, const Reply& reply);
  Instant next_attempt(const Waiting& item, const Reply& reply);

  const Options options_;
  telemetry::Logger& logger_;
  telemetry::Counter delivered_;
  telemetry::Counter failed_;
  telemetry::Counter dropped_;
  std::mt19937 random_;  ///< the thread's

  std::mutex mutex_;
  // guards: waiting_, busy_, full_
  std::deque<Waiting> waiting_;
  bool busy_ = false;  ///< the thread has one in its hands
  bool full_ = false;  ///< the last one was dropped
  std::condition_variable_any changed_;
  std::jthread thread_;
};

}  // namespace notes::notify
