#include "db/pool.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/deadline.hpp"
#include "base/duration.hpp"
#include "base/error.hpp"

namespace notes::db {
namespace {

using Steady = std::chrono::steady_clock;

/// Far enough that it costs nothing, near enough to be added to the clock.
constexpr std::chrono::hours kLongestSleep{1};

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

telemetry::Labels labels(const std::string& pool) {
  return {{"db_client_connection_pool_name", pool}};
}

telemetry::Labels labels(const std::string& pool, const std::string& state) {
  return {{"db_client_connection_pool_name", pool}, {"db_client_connection_state", state}};
}

}  // namespace

struct Pool::Permit {
  Permit(Pool& owner, Slot taken) : pool(&owner), slot(std::move(taken)) {}
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
  ~Permit() {
    if (pool != nullptr) pool->give_back({});
  }
  Slot release() {
    pool = nullptr;
    return std::move(slot);
  }

  Pool* pool;
  Slot slot;
};

Pool::Pool(PoolOptions options, Connect connect, telemetry::Logger& logger,
           telemetry::Metrics& metrics)
    : options_(std::move(options)),
      connect_(std::move(connect)),
      logger_(logger),
      instruments_{metrics.gauge("db_client_connections", "Connections by state.",
                                 labels(options_.name, "idle")),
                   metrics.gauge("db_client_connections", "Connections by state.",
                                 labels(options_.name, "used")),
                   metrics.gauge("db_client_connection_pending_requests",
                                 "Requests that wait for a connection.", labels(options_.name)),
                   metrics.counter("db_client_connection_timeouts_total",
                                   "Requests that waited for a connection until their time was up.",
                                   labels(options_.name)),
                   metrics.histogram("db_client_connection_create_time_seconds",
                                     "Time to open a connection.", telemetry::duration_buckets(),
                                     labels(options_.name)),
                   metrics.histogram("db_client_connection_wait_time_seconds",
                                     "Time to be lent a connection.", telemetry::duration_buckets(),
                                     labels(options_.name))} {
  metrics
      .gauge("db_client_connection_max", "Most connections that may be open at once.",
             labels(options_.name))
      .set(options_.size + options_.overflow);
  if (options_.sever_at_deadline) {
    watch_ = std::jthread([this](const std::stop_token& stop) { sever_overdue(stop); });
  }
}

Pool::~Pool() = default;

Pool::Lease Pool::acquire() {
  const auto start = Steady::now();
  Permit permit(*this, wait_for_slot());
  make_usable(permit.slot);
  if (options_.sever_at_deadline) watch(*permit.slot.session);
  instruments_.wait_time.observe(seconds_since(start));
  return {*this, permit.release()};
}

bool Pool::saturated() const {
  const std::lock_guard lock(mutex_);
  return !waiters_.empty();
}

Pool::Slot Pool::wait_for_slot() {
  const auto start = Steady::now();
  const auto deadline = std::min(start + options_.acquire_timeout, current_deadline());
  std::unique_lock lock(mutex_);
  if (waiters_.empty() && lent_ < options_.size + options_.overflow) {
    ++lent_;
    auto slot = take_idle();
    count_sessions();
    return slot;
  }
  Waiter self;
  waiters_.push_back(&self);
  instruments_.pending.set(static_cast<double>(waiters_.size()));
  self.ready.wait_until(lock, deadline, [&self] { return self.granted; });
  if (self.granted) return std::move(self.slot);
  std::erase(waiters_, &self);
  instruments_.pending.set(static_cast<double>(waiters_.size()));
  instruments_.timeouts.increment();
  throw Error(
      ErrorCode::overloaded,
      fmt::format("no database session came free within {} (pool \"{}\", {} sessions, all in use)",
                  format_duration(std::chrono::ceil<std::chrono::milliseconds>(deadline - start)),
                  options_.name, options_.size + options_.overflow));
}

Pool::Slot Pool::take_idle() {
  if (idle_.empty()) return {};
  auto slot = std::move(idle_.back());
  idle_.pop_back();
  in_use_.emplace(slot.session.get(), Time::max());
  return slot;
}

void Pool::close(Slot& slot) {
  {
    const std::lock_guard lock(mutex_);
    in_use_.erase(slot.session.get());
  }
  slot.session.reset();
}

Pool::Slot Pool::open() {
  const auto start = Steady::now();
  auto session = connect_();
  instruments_.create_time.observe(seconds_since(start));
  const auto now = Steady::now();
  const std::lock_guard lock(mutex_);
  in_use_.emplace(session.get(), Time::max());
  return {std::move(session), now, now};
}

bool Pool::trusted(const Slot& slot, Time now) {
  if (options_.ping_after_idle && now - slot.used >= *options_.ping_after_idle) return false;
  const std::lock_guard lock(mutex_);
  return slot.used >= suspect_before_;
}

void Pool::make_usable(Slot& slot) {
  while (slot.session) {
    const auto now = Steady::now();
    const bool old = options_.recycle_after && now - slot.opened >= *options_.recycle_after;
    if (!old && (trusted(slot, now) || slot.session->dialect().alive(*slot.session))) return;
    if (!old) logger_.info("a database connection was found dead", {{"pool", options_.name}});
    close(slot);
    const std::lock_guard lock(mutex_);
    slot = take_idle();
    count_sessions();
  }
  slot = open();
}

void Pool::give_back(Slot slot) noexcept {
  std::vector<Slot> surplus;  // closed after the lock is let go
  const std::lock_guard lock(mutex_);
  const auto now = Steady::now();
  slot.used = now;
  if (slot.session && slot.session->severed()) {
    in_use_.erase(slot.session.get());
    surplus.push_back(std::exchange(slot, {}));
  }
  if (!waiters_.empty()) {
    auto* first = waiters_.front();
    waiters_.pop_front();
    instruments_.pending.set(static_cast<double>(waiters_.size()));
    if (slot.session) in_use_[slot.session.get()] = Time::max();
    first->slot = std::move(slot);
    first->granted = true;
    first->ready.notify_one();
    return;
  }
  --lent_;
  if (slot.session) {
    in_use_.erase(slot.session.get());
    idle_.push_back(std::move(slot));
  }
  while (!idle_.empty() && idle_.size() + lent_ > options_.size &&
         now - idle_.front().used >=
             options_.ping_after_idle.value_or(std::chrono::milliseconds(0))) {
    surplus.push_back(std::move(idle_.front()));
    idle_.pop_front();
  }
  count_sessions();
}

void Pool::disconnect() noexcept {
  const std::lock_guard lock(mutex_);
  for (const auto& [session, deadline] : in_use_) session->sever();
  suspect_before_ = Steady::now();
}

void Pool::watch(Session& session) {
  const auto deadline = current_deadline();
  const std::lock_guard lock(mutex_);
  in_use_[&session] = deadline;
  if (deadline >= next_look_) return;
  next_look_ = deadline;
  sooner_.notify_one();
}

void Pool::sever_overdue(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto now = Steady::now();
    next_look_ = now + kLongestSleep;
    for (auto& [session, deadline] : in_use_) {
      if (deadline <= now) {
        session->sever();
        deadline = Time::max();
      } else {
        next_look_ = std::min(next_look_, deadline);
      }
    }
    const auto until = next_look_;
    sooner_.wait_until(lock, stop, until, [&] { return next_look_ < until; });
  }
}

void Pool::suspect_idle_sessions() noexcept {
  const std::lock_guard lock(mutex_);
  suspect_before_ = Steady::now();
}

void Pool::count_sessions() {
  instruments_.idle.set(static_cast<double>(idle_.size()));
  instruments_.used.set(lent_);
}

Pool::Lease::Lease(Pool& pool, Slot slot) : pool_(&pool), slot_(std::move(slot)) {}

Pool::Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), slot_(std::move(other.slot_)) {}

Pool::Lease::~Lease() {
  if (pool_ == nullptr) return;
  if (slot_.session) {
    auto& session = *slot_.session;
    if (session.severed() || !session.dialect().reset(session)) pool_->close(slot_);
  }
  pool_->give_back(std::move(slot_));
}

void Pool::Lease::lost() {
  pool_->close(slot_);
  pool_->suspect_idle_sessions();
}

}  // namespace notes::db
