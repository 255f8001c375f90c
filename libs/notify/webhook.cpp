#include "notify/webhook.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "notify/message.hpp"

namespace notes::notify {
namespace {

constexpr const char* kMetric = "notify_deliveries_total";
constexpr const char* kMetricHelp = "Notifications by what became of them";

std::string_view kind_of(const Delivery& delivery) { return delivery.json ? "message" : "ping"; }

}  // namespace

Webhook::Webhook(Options options, telemetry::Logger& logger, telemetry::Metrics& metrics)
    : options_(std::move(options)),
      logger_(logger),
      delivered_(metrics.counter(kMetric, kMetricHelp, {{"outcome", "delivered"}})),
      failed_(metrics.counter(kMetric, kMetricHelp, {{"outcome", "failed"}})),
      dropped_(metrics.counter(kMetric, kMetricHelp, {{"outcome", "dropped"}})),
      random_(std::random_device{}()),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

Webhook::~Webhook() {
  thread_.request_stop();
  thread_.join();
  if (waiting_.empty()) return;
  dropped_.increment(static_cast<double>(waiting_.size()));
  logger_.warning("notifications dropped at the end", {{"count", waiting_.size()}});
}

void Webhook::deliver(Message message) {
  if (!options_.url.empty()) add({options_.url, slack_json(message)});
}

void Webhook::ping(const config::Secret& url) {
  if (!url.empty()) add({.url = url});
}

void Webhook::add(Delivery delivery) {
  const auto kind = kind_of(delivery);
  {
    const std::lock_guard lock(mutex_);
    const bool fits = waiting_.size() < options_.queue_limit;
    if (fits) waiting_.push_back({std::move(delivery), 0, {}});
    const bool was_full = std::exchange(full_, !fits);
    if (fits || was_full) {
      if (!fits) dropped_.increment();
      changed_.notify_all();
      return;
    }
  }
  dropped_.increment();
  logger_.warning("notifications are dropped: too many wait", {{"kind", kind}});
}

bool Webhook::flush(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, longest, [this] { return waiting_.empty() && !busy_; });
}

std::deque<Webhook::Waiting>::iterator Webhook::next(Instant now, std::optional<Instant>& wake) {
  std::vector<std::string_view> held_up;
  for (auto item = waiting_.begin(); item != waiting_.end(); ++item) {
    const std::string_view url = item->delivery.url.reveal();
    if (std::find(held_up.begin(), held_up.end(), url) != held_up.end()) continue;
    if (item->not_before <= now) return item;
    wake = std::min(wake.value_or(item->not_before), item->not_before);
    held_up.push_back(url);
  }
  return waiting_.end();
}

void Webhook::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    std::optional<Instant> wake;
    const auto found = next(std::chrono::steady_clock::now(), wake);
    if (found == waiting_.end()) {
      const auto count = waiting_.size();
      const auto grown = [&] { return waiting_.size() > count; };
      if (wake) {
        changed_.wait_until(lock, stop, *wake, grown);
      } else {
        changed_.wait(lock, stop, grown);
      }
      continue;
    }
    Waiting item = std::move(*found);
    waiting_.erase(found);
    busy_ = true;
    lock.unlock();
    const Reply reply = exchange(item.delivery, options_.limits, stop);
    auto again = stop.stop_requested() && !reply.delivered() ? std::optional(std::move(item))
                                                             : settle(std::move(item), reply);
    lock.lock();
    busy_ = false;
    if (again) waiting_.push_front(std::move(*again));
    changed_.notify_all();
  }
}

std::optional<Webhook::Waiting> Webhook::settle(Waiting item, const Reply& reply) {
  ++item.attempts;
  if (reply.delivered()) {
    delivered_.increment();
    return std::nullopt;
  }
  if (reply.worth_another_try() && item.attempts < options_.attempts) {
    item.not_before = next_attempt(item, reply);
    return item;
  }
  failed_.increment();
  const auto reason = reply.status == 0 ? reply.error : fmt::format("status {}", reply.status);
  logger_.warning("a notification was not delivered", {{"kind", kind_of(item.delivery)},
                                                       {"reason", std::string_view(reason)},
                                                       {"attempts", std::uint64_t{item.attempts}}});
  return std::nullopt;
}

Webhook::Instant Webhook::next_attempt(const Waiting& item, const Reply& reply) {
  auto span = options_.first_pause;
  for (unsigned i = 1; i < item.attempts && span < options_.longest_pause; ++i) span *= 2;
  span = std::min(span, options_.longest_pause);
  std::uniform_int_distribution<std::int64_t> upper_half(span.count() / 2, span.count());
  const std::chrono::milliseconds pause(upper_half(random_));
  const auto asked =
      std::min<std::chrono::milliseconds>(reply.retry_after, options_.longest_retry_after);
  return std::chrono::steady_clock::now() + std::max(pause, asked);
}

}  // namespace notes::notify
