#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "db/session.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::db {

/// How a pool keeps its sessions. `size` and `overflow` together are at least 1.
struct PoolOptions {
  /// In metrics and log lines.
  std::string name = {};
  /// Sessions kept for as long as the pool lives.
  unsigned size = 1;
  /// Sessions beyond them at the busiest. One that has been idle for `ping_after_idle` is closed
  /// when the next session is given back, so that a busy moment's connections serve the next one
  /// too.
  unsigned overflow = 0;
  std::chrono::milliseconds acquire_timeout = std::chrono::seconds(30);
  /// A session this old is replaced before it is lent; nullopt: never.
  std::optional<std::chrono::milliseconds> recycle_after = {};
  /// A session idle for this long is asked before it is lent; nullopt: never.
  std::optional<std::chrono::milliseconds> ping_after_idle = {};
  /// Whether a session whose user's deadline (base/deadline.hpp) passes is severed, by a thread of
  /// the pool: for databases whose statements cannot look at the clock themselves.
  bool sever_at_deadline = false;
};

/// Sessions that are lent to one thread at a time, opened when first needed. Thread-safe. It must
/// outlive its leases, and what is passed in must outlive it.
///
/// Who waits is served in the order of arrival, also before a newcomer. Of the idle sessions the
/// one used last is lent first, so that a quiet pool lets the others age. When one connection has
/// been lost (see Lease::lost), every session that was idle at that moment is asked before it is
/// lent again: after a restart of the database no second caller meets a dead one.
///
/// Keeps OpenTelemetry's database client metrics (semantic conventions 1.27,
/// "db.client.connection.*"); the number of connections is db_client_connections, since Prometheus
/// keeps names that end in _count for histograms.
class Pool {
 public:
  using Connect = std::function<std::unique_ptr<Session>()>;
  class Lease;

  Pool(PoolOptions options, Connect connect, telemetry::Logger& logger,
       telemetry::Metrics& metrics);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool();

  /// Throws Error{overloaded} when no session came free within the acquire timeout or before the
  /// thread's deadline, and what `connect` throws.
  Lease acquire();

  /// Whether every session is lent and somebody waits for one.
  bool saturated() const;

  /// Severs every session that is lent now (see Session::sever), and lets those that are idle now
  /// be asked before they are lent again. Does not wait.
  void disconnect() noexcept;

 private:
  using Time = std::chrono::steady_clock::time_point;

  struct Slot {
    std::unique_ptr<Session> session;  // null: a right to open one
    Time opened;
    Time used;
  };
  struct Waiter {
    std::condition_variable ready;
    bool granted = false;
    Slot slot;
  };
  struct Instruments {
    telemetry::Gauge idle;
    telemetry::Gauge used;
    telemetry::Gauge pending;
    telemetry::Counter timeouts;
    telemetry::Histogram create_time;
    telemetry::Histogram wait_time;
  };
  /// A right to a session that goes back to the pool when it is not used.
  struct Permit;

  Slot wait_for_slot();
  Slot take_idle();
  void close(Slot& slot);
  Slot open();
  void make_usable(Slot& slot);
  bool trusted(const Slot& slot, Time now);
  void give_back(Slot slot) noexcept;
  void suspect_idle_sessions() noexcept;
  void count_sessions();
  void watch(Session& session);
  void sever_overdue(const std::stop_token& stop);

  const PoolOptions options_;
  const Connect connect_;
  telemetry::Logger& logger_;
  Instruments instruments_;

  mutable std::mutex mutex_;
  // guards: all below
  std::deque<Slot> idle_;  // the one used last at the back
  unsigned lent_ = 0;      // rights handed out, whether their session is open yet or not
  std::unordered_map<Session*, Time> in_use_;  // the open sessions of those, and until when
  std::deque<Waiter*> waiters_;
  Time suspect_before_{};         // sessions not used since are asked first
  Time next_look_ = Time::max();  // of sever_overdue()
  std::condition_variable_any sooner_;

  std::jthread watch_;  // behind all that it uses
};

/// A session on loan; the destructor brings it back: statements left open are ended and a
/// transaction left open is rolled back, or else the session is closed.
class Pool::Lease {
 public:
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&&) = delete;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease();

  Session& session() const { return *slot_.session; }

  /// Says that the connection is lost: it is closed, and the pool's idle sessions are asked before
  /// they are lent.
  void lost();

 private:
  friend class Pool;
  Lease(Pool& pool, Slot slot);

  Pool* pool_;  // null when moved from
  Slot slot_;
};

}  // namespace notes::db
