#include "scheduler/lease_keeper.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// After its end one is not for the lease that one was asked to give up.
constexpr auto kStandBack = 1s;

/// Followers that wait for the same moment come one after the other.
milliseconds some_milliseconds() {
  thread_local std::minstd_rand random(std::random_device{}());
  return milliseconds(std::uniform_int_distribution<int>(2, 15)(random));
}

}  // namespace

LeaseKeeper::LeaseKeeper(LeaderLease& lease, telemetry::Logger& logger, Options options)
    : lease_(lease),
      logger_(logger),
      options_(std::move(options)),
      margin_(options_.ttl / 10),
      thread_([this](const std::stop_token& over) { work(over); }) {}

LeaseKeeper::~LeaseKeeper() {
  thread_.request_stop();
  resign(std::chrono::steady_clock::now() + options_.ttl);
  lease_.sever();
}

std::optional<std::int64_t> LeaseKeeper::term() const {
  const std::lock_guard lock(mutex_);
  if (!epoch_ || BootClock::now() >= trusted_until_) return std::nullopt;
  return epoch_;
}

BootClock::time_point LeaseKeeper::trusted_until() const {
  const std::lock_guard lock(mutex_);
  return epoch_ ? trusted_until_ : BootClock::time_point{};
}

std::optional<LeaseKeeper::Seen> LeaseKeeper::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void LeaseKeeper::check() {
  std::int64_t epoch = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!epoch_ || BootClock::now() < trusted_until_) return;
    epoch = *epoch_;
  }
  end_term(epoch, "the lease could not be renewed in time");
  lease_.sever();
}

void LeaseKeeper::abandon(std::int64_t epoch) {
  const std::lock_guard lock(mutex_);
  if (epoch_ != epoch) return;
  abandoned_ = std::exchange(epoch_, std::nullopt);
  woken_.notify_all();
}

bool LeaseKeeper::resign(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  resigning_ = true;
  woken_.notify_all();
  if (!epoch_) lease_.sever();  // it listens
  return resigned_.wait_until(lock, deadline, [this] { return done_; });
}

void LeaseKeeper::work(const std::stop_token&) {
  std::unique_lock lock(mutex_);
  while (!resigning_) {
    const auto abandoned = std::exchange(abandoned_, std::nullopt);
    const auto epoch = epoch_;
    lock.unlock();
    try {
      if (abandoned) {
        give_back(*abandoned);
        pause(kStandBack);
      } else if (epoch) {
        lead(*epoch);
      } else {
        follow();
      }
    } catch (const Error& error) {
      if (epoch) end_term(*epoch, error.what());
      failed(error.what());
    }
    lock.lock();
  }
  const auto epoch = std::exchange(epoch_, std::nullopt);
  const auto held = epoch ? epoch : abandoned_;
  lock.unlock();
  if (held) give_back(*held);
  lock.lock();
  done_ = true;
  resigned_.notify_all();
}

void LeaseKeeper::follow() {
  const auto state = lease_.look();
  reachable_ = true;
  if (state) {
    const std::lock_guard lock(mutex_);
    seen_ = Seen{*state, BootClock::now()};
  }
  if (state && state->remaining > 0ms) {
    lease_.listen(std::min(options_.look, state->remaining + some_milliseconds()));
    return;
  }
  const auto started = BootClock::now();
  auto taken = lease_.acquire();
  if (taken && BootClock::now() < started + options_.ttl - margin_) {
    believe(*taken, started);
  } else if (taken) {
    give_back(taken->epoch);  // it came too late to be believed in
  } else {
    pause(some_milliseconds());
  }
}

void LeaseKeeper::lead(std::int64_t epoch) {
  if (pause(options_.renewal)) return;
  if (term() != epoch) {
    end_term(epoch, "the lease could not be renewed in time");
    return;
  }
  renew(epoch);
}

void LeaseKeeper::renew(std::int64_t epoch) {
  const auto started = BootClock::now();
  std::optional<LeaderLease::State> state;
  try {
    state = lease_.renew(epoch);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::locked || !options_.lock_keeps_lease) throw;
    prolong(epoch, started);
    return;
  }
  if (!state) {
    end_term(epoch, "another one has taken the lease");
    return;
  }
  if (state->step_down_epoch >= epoch) {
    end_term(epoch, "it was asked to step down");
    give_back(epoch);
    pause(kStandBack);
    return;
  }
  if (!prolong(epoch, started)) {
    give_back(epoch);
    return;
  }
  bool asked = false;
  {
    const std::lock_guard lock(mutex_);
    asked = !seen_ || seen_->state.requests != state->requests;
    seen_ = Seen{*state, BootClock::now()};
  }
  if (asked) options_.changed();
}

void LeaseKeeper::give_back(std::int64_t epoch) {
  try {
    lease_.resign(epoch);
  } catch (const Error& error) {
    failed(fmt::format("the lease was not given back and runs out by itself: {}", error.what()));
  }
}

void LeaseKeeper::believe(const LeaderLease::State& state, BootClock::time_point started) {
  {
    const std::lock_guard lock(mutex_);
    epoch_ = state.epoch;
    trusted_until_ = started + options_.ttl - margin_;
    seen_ = Seen{state, BootClock::now()};
  }
  options_.changed();
}

/// False when check() has ended the term while its renewal was under way.
bool LeaseKeeper::prolong(std::int64_t epoch, BootClock::time_point started) {
  const std::lock_guard lock(mutex_);
  if (epoch_ != epoch) return false;
  trusted_until_ = started + options_.ttl - margin_;
  return true;
}

void LeaseKeeper::end_term(std::int64_t epoch, const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    if (epoch_ != epoch) return;
    epoch_.reset();
  }
  options_.lost(epoch, why);
  options_.changed();
}

/// True when it was woken to give the lease back.
bool LeaseKeeper::pause(milliseconds longest) {
  std::unique_lock lock(mutex_);
  return woken_.wait_for(lock, longest, [this] { return resigning_ || abandoned_; });
}

void LeaseKeeper::failed(const std::string& why) {
  if (std::exchange(reachable_, false)) {
    logger_.warning("the leader's lease could not be asked for", {{"error", why}});
  }
  pause(options_.look / 2 + some_milliseconds());
}

}  // namespace notes::scheduler
