#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "scheduler/boot_clock.hpp"
#include "scheduler/lease.hpp"
#include "telemetry/log.hpp"

namespace notes::scheduler {

/// Gets the lease when it is free and keeps it, on a thread of its own; says who believes to lead,
/// and until when. Thread-safe.
///
/// What is believed ends before the lease can: it counts from the start of the attempt that
/// succeeded last, on a clock that counts suspension, and ends a margin before the lease's time. A
/// renewal that fails ends it at once, except one that found locked what nobody else can write
/// either; see Options::lock_keeps_lease.
class LeaseKeeper {
 public:
  struct Options {
    std::chrono::milliseconds ttl{1500};
    std::chrono::milliseconds renewal{400};
    /// How often one that does not lead looks.
    std::chrono::milliseconds look{400};
    /// Whoever locks keeps the lease from everybody, as SQLite's one file does: Error{locked} is no
    /// doubt of it.
    bool lock_keeps_lease = false;
    /// Something has changed: a term began or ended, something was asked. Must not block.
    std::function<void()> changed = [] {};
    /// The term has ended without our doing: what it began must end. Must not block.
    std::function<void(std::int64_t epoch, const std::string& why)> lost = {};
  };

  /// Starts at once. `lease` and `logger` must outlive this.
  LeaseKeeper(LeaderLease& lease, telemetry::Logger& logger, Options options);
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;
  /// Resigns if it leads.
  ~LeaseKeeper();

  /// The epoch of our term, while we may believe in it.
  std::optional<std::int64_t> term() const;
  /// Until when; the past when we do not lead.
  BootClock::time_point trusted_until() const;

  /// What the lease's row said last, and when that was.
  struct Seen {
    LeaderLease::State state;
    BootClock::time_point at;
  };
  std::optional<Seen> seen() const;

  /// Ends a term that may not be believed in any more, and breaks the call that has kept it from
  /// being renewed. To be called often, by a thread that does not wait for the database.
  void check();

  /// Gives the lease of that term back, as its work failed, and lets others go first for a second.
  void abandon(std::int64_t epoch);

  /// Gives the lease back and wants it no more; false when that was not done by the deadline.
  bool resign(std::chrono::steady_clock::time_point deadline);

 private:
  void work(const std::stop_token& over);
  void follow();
  void lead(std::int64_t epoch);
  void renew(std::int64_t epoch);
  void give_back(std::int64_t epoch);
  void believe(const LeaderLease::State& state, BootClock::time_point started);
  bool prolong(std::int64_t epoch, BootClock::time_point started);
  void end_term(std::int64_t epoch, const std::string& why);
  bool pause(std::chrono::milliseconds longest);
  void failed(const std::string& why);

  LeaderLease& lease_;
  telemetry::Logger& logger_;
  const Options options_;
  const std::chrono::milliseconds margin_;
  bool reachable_ = true;  // of the keeper's thread: a database that is away is told of once

  mutable std::mutex mutex_;
  // guards: all below but the thread
  std::condition_variable_any woken_;
  std::condition_variable resigned_;
  std::optional<std::int64_t> epoch_;
  BootClock::time_point trusted_until_{};
  std::optional<Seen> seen_;
  std::optional<std::int64_t> abandoned_;
  bool resigning_ = false;
  bool done_ = false;
  std::jthread thread_;
};

}  // namespace notes::scheduler
