#include "migrate/postgresql_lock.hpp"

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <unistd.h>

#include "base/error.hpp"
#include "db/native.hpp"
#include "db/query.hpp"
#include "migrate/checksum.hpp"
#include "migrate/history.hpp"
#include "migrate/lock_wait.hpp"
#include "migrate/transaction.hpp"

namespace notes::migrate {
namespace {

/// A lease is kept by a beat each third of it, by the server's clock.
constexpr auto kBeat = std::chrono::seconds(5);
constexpr auto kLease = "interval '15 seconds'";

/// Two halves of a 64-bit key, as pg_locks shows it; advisory locks belong to one database, so that
/// the table alone names it.
struct LockKey {
  std::string high;
  std::string low;
};

LockKey lock_key(const TableName& table) {
  const std::string digits = sha256("notes-migrate " + table.text());
  const auto part = [&](std::size_t at) {
    return std::to_string(static_cast<std::int32_t>(std::stoul(digits.substr(at, 8), nullptr, 16)));
  };
  return {part(0), part(8)};
}

/// Never waits in the server: a session that waits for an advisory lock holds a snapshot, for which
/// CREATE INDEX CONCURRENTLY of the holder waits in turn, and both wait for ever.
bool try_advisory(db::Session& session, std::string_view function, const LockKey& key) {
  return db::query(
             session,
             fmt::format("SELECT CAST({}(CAST(:p0 AS INTEGER), CAST(:p1 AS INTEGER)) AS TEXT)",
                         function),
             {key.high, key.low})
             .front()
             .front() == "true";
}

std::string advisory_holder(db::Session& session, const LockKey& key) {
  const auto rows = db::query(
      session,
      "SELECT CAST(a.pid AS TEXT), COALESCE(CAST(a.client_addr AS TEXT), 'the same machine'), "
      "CAST(date_trunc('second', now() - a.backend_start) AS TEXT) "
      "FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
      "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 "
      "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
      "AND l.classid = CAST(CAST(CAST(:p0 AS INTEGER) AS BIT(32)) AS BIGINT) "
      "AND l.objid = CAST(CAST(CAST(:p1 AS INTEGER) AS BIT(32)) AS BIGINT)",
      {key.high, key.low});
  if (rows.empty()) return "its holder has just gone";
  return fmt::format("PostgreSQL session {} from {}, connected for {}", *rows[0][0], *rows[0][1],
                     *rows[0][2]);
}

/// Who holds the lease; "" when nobody does.
std::string lease_holder(db::Session& session, const TableName& table) {
  if (!Platform::of(db::Engine::postgresql).exists(session, table, "_state")) return "";
  const auto rows =
      db::query(session, fmt::format("SELECT CAST(holder AS TEXT) FROM {} WHERE id = 1 "
                                     "AND held_until > clock_timestamp()",
                                     table.quoted(session.dialect(), "_state")));
  return rows.empty() ? "" : *rows[0][0];
}

/// Whether the server has not ended an idle connection, as far as has come through by now.
bool is_open(PGconn* connection) {
  pollfd readable{.fd = PQsocket(connection), .events = POLLIN, .revents = 0};
  while (::poll(&readable, 1, 0) > 0) {
    if (PQconsumeInput(connection) == 0) return false;
  }
  return PQstatus(connection) == CONNECTION_OK;
}

/// A session's own lock: the server gives it back when the session ends, however it ends.
class AdvisoryLock final : public RunLock {
 public:
  AdvisoryLock(std::unique_ptr<db::Session> session, TableName table)
      : session_(std::move(session)), table_(std::move(table)), key_(lock_key(table_)) {}

  bool attempt() {
    if (!try_advisory(*session_, "pg_try_advisory_lock", key_)) return false;
    // Whoever takes a lease holds this lock while doing so: from here on nobody can begin one.
    if (lease_holder(*session_, table_).empty()) return true;
    try_advisory(*session_, "pg_advisory_unlock", key_);
    return false;
  }

  /// Asks nobody, since it is called before each commit: what the server has said last is here. A
  /// run that begins after the server has ended this session ends the run's own, too, before it
  /// looks at anything (PostgresqlPlatform::adopt).
  void confirm(db::Session&) override {
    if (is_open(db::postgresql_connection(*session_))) return;
    throw Error(
        ErrorCode::locked,
        "the session that held the migration lock was ended (pg_terminate_backend, or a "
        "restart of the server), and another run may have begun: what was not committed was "
        "rolled back; look at 'status' and run it again");
  }

  std::string holder() {
    const auto leased = lease_holder(*session_, table_);
    return leased.empty() ? advisory_holder(*session_, key_) : leased;
  }

 private:
  std::unique_ptr<db::Session> session_;  // the lock goes with it
  TableName table_;
  LockKey key_;
};

/// A row that says until when it is held: for poolers, behind which a session's lock would belong
/// to whoever is given the server's session next. A holder that has slept past its lease may wake
/// up when another holds it: confirm() keeps it from committing.
class LeaseLock final : public RunLock {
 public:
  LeaseLock(const db::Url& url, const config::DatabaseSettings& settings, TableName table)
      : url_(url),
        settings_(settings),
        table_(std::move(table)),
        session_(db::open_session(url, settings)) {}

  ~LeaseLock() override {
    heart_ = {};  // stops, and joins
    if (epoch_.empty()) return;
    try {
      db::query(*session_,
                statement("SET held_until = NULL, holder = '' WHERE id = 1 AND epoch = "
                          "CAST(:p0 AS BIGINT)"),
                {epoch_});
    } catch (const Error&) {
      static_cast<void>(epoch_);  // the lease runs out by itself
    }
  }

  bool attempt() {
    Transaction transaction(*session_);
    if (!try_advisory(*session_, "pg_try_advisory_xact_lock", lock_key(table_))) return false;
    make_tables();
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
    const auto rows = db::query(
        *session_,
        statement(fmt::format("SET holder = :p0, epoch = epoch + 1, held_until = clock_timestamp() "
                              "+ {} WHERE id = 1 AND (held_until IS NULL OR held_until < "
                              "clock_timestamp())",
                              kLease)),
        {fmt::format("process {} on {}, through a connection pooler", ::getpid(), host.data())});
    if (rows.empty()) return false;
    transaction.commit();
    epoch_ = *rows[0][0];
    heart_ = std::jthread([this](const std::stop_token& over) { beat(over); });
    return true;
  }

  std::string holder() {
    const auto leased = lease_holder(*session_, table_);
    return leased.empty() ? advisory_holder(*session_, lock_key(table_)) : leased;
  }

  bool sessions_hold() const override { return false; }

  void confirm(db::Session& session) override {
    // The update also keeps the row until the commit: nobody can take the lease in between.
    const auto rows = db::query(
        session, statement("SET epoch = epoch WHERE id = 1 AND epoch = CAST(:p0 AS BIGINT)"),
        {epoch_});
    if (!rows.empty()) return;
    throw Error(
        ErrorCode::locked,
        "this run has stood still for longer than its lease, and another has begun: what it "
        "had not committed was rolled back; look at 'status' and run it again");
  }

 private:
  /// The lease is a row of the tool's tables: the first run makes them before its lock.
  void make_tables() {
    if (Platform::of(db::Engine::postgresql).exists(*session_, table_, "_state")) return;
    for (const auto& made : History::definition(session_->dialect(), table_))
      session_->dialect().execute_raw(*session_, made);
  }

  std::string statement(std::string_view change) const {
    return fmt::format("UPDATE {} {} RETURNING CAST(epoch AS TEXT)",
                       table_.quoted(session_->dialect(), "_state"), change);
  }

  void beat(const std::stop_token& over) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    while (!stopped.wait_for(lock, over, kBeat, [&] { return over.stop_requested(); })) {
      try {
        if (!session_->dialect().alive(*session_)) session_ = db::open_session(url_, settings_);
        db::query(*session_,
                  statement(fmt::format("SET held_until = clock_timestamp() + {} WHERE id = 1 AND "
                                        "epoch = CAST(:p0 AS BIGINT)",
                                        kLease)),
                  {epoch_});
      } catch (const Error&) {
        continue;  // the next beat may get through; if none does, confirm() tells the run
      }
    }
  }

  const db::Url url_;
  const config::DatabaseSettings settings_;
  const TableName table_;
  std::unique_ptr<db::Session> session_;  // the heart's, while it beats
  std::string epoch_;                     // empty: not held
  std::jthread heart_;
};

/// A pooler answers the connection itself, with a number of its own where the server tells the
/// process that serves it (PostgreSQL 15 §55.2.1, BackendKeyData).
bool is_pooled(db::Session& session) {
  const auto announced = std::to_string(PQbackendPID(db::postgresql_connection(session)));
  return db::query(session, "SELECT CAST(pg_backend_pid() AS TEXT)").front().front() != announced;
}

template <typename Lock>
std::unique_ptr<RunLock> obtained(std::unique_ptr<Lock> lock, const LockRequest& request) {
  wait_for_lock(
      request, [&] { return lock->attempt(); }, [&] { return lock->holder(); });
  return lock;
}

}  // namespace

std::string run_name(const TableName& table) {
  return "notes-migrate run " + sha256(table.text()).substr(0, 16);
}

std::unique_ptr<RunLock> lock_postgresql(const db::Url& url,
                                         const config::DatabaseSettings& settings,
                                         const TableName& table, const LockRequest& request) {
  auto session = db::open_session(url, settings);
  if (is_pooled(*session)) {
    session.reset();
    return obtained(std::make_unique<LeaseLock>(url, settings, table), request);
  }
  return obtained(std::make_unique<AdvisoryLock>(std::move(session), table), request);
}

}  // namespace notes::migrate
