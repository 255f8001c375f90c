#include "migrate/postgresql_platform.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/query.hpp"
#include "migrate/checksum.hpp"
#include "migrate/lock_wait.hpp"

namespace notes::migrate {
namespace {

constexpr std::string_view kLockNotAvailable = "55P03";

/// What the session of a run is called in pg_stat_activity: whoever holds the run's lock knows that
/// another one of this name was left behind by a run that was killed. 63 bytes at most, or the
/// server cuts it.
std::string application_name(const TableName& table) {
  return "notes-migrate run " + sha256(table.text()).substr(0, 16);
}

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

class AdvisoryLock final : public RunLock {
 public:
  AdvisoryLock(std::unique_ptr<db::Session> session, LockKey key)
      : session_(std::move(session)), key_(std::move(key)) {}

  /// Never waits in the server: a session that waits for an advisory lock holds a snapshot, for
  /// which CREATE INDEX CONCURRENTLY of the holder waits in turn, and both wait for ever.
  bool attempt() {
    return db::query(
               *session_,
               "SELECT CAST(pg_try_advisory_lock(CAST(:p0 AS INTEGER), CAST(:p1 AS INTEGER)) AS "
               "TEXT)",
               {key_.high, key_.low})
               .front()
               .front() == "true";
  }

  std::string holder() {
    const auto rows = db::query(
        *session_,
        "SELECT CAST(a.pid AS TEXT), COALESCE(CAST(a.client_addr AS TEXT), 'the same machine'), "
        "CAST(date_trunc('second', now() - a.backend_start) AS TEXT) "
        "FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
        "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 "
        "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        "AND l.classid = CAST(CAST(CAST(:p0 AS INTEGER) AS BIT(32)) AS BIGINT) "
        "AND l.objid = CAST(CAST(CAST(:p1 AS INTEGER) AS BIT(32)) AS BIGINT)",
        {key_.high, key_.low});
    if (rows.empty()) return "its holder has just gone";
    return fmt::format("PostgreSQL session {} from {}, connected for {}", *rows[0][0], *rows[0][1],
                       *rows[0][2]);
  }

 private:
  std::unique_ptr<db::Session> session_;  // the lock goes with it
  LockKey key_;
};

std::string identifier(const db::Session& session, const sql::QualifiedName& name) {
  const auto& dialect = session.dialect();
  return name.schema.empty() ? dialect.quote(name.name)
                             : dialect.quote(name.schema) + "." + dialect.quote(name.name);
}

/// An index lives in its table's schema, whatever the statement calls it.
sql::QualifiedName index_name(db::Session& session, const sql::Statement& statement) {
  if (!statement.object.schema.empty() || statement.table.name.empty()) return statement.object;
  const auto rows =
      db::query(session,
                "SELECT CAST(n.nspname AS TEXT) FROM pg_class c JOIN pg_namespace n ON "
                "n.oid = c.relnamespace "
                "WHERE c.oid = to_regclass(:p0)",
                {identifier(session, statement.table)});
  return {rows.empty() ? "" : *rows[0][0], statement.object.name};
}

/// "" when there is no such index, else whether it is valid: "true", "false".
std::string index_state(db::Session& session, const std::string& index) {
  const auto rows = db::query(session,
                              "SELECT CAST(indisvalid AND indisready AS TEXT) FROM pg_index WHERE "
                              "indexrelid = to_regclass(:p0)",
                              {index});
  return rows.empty() ? "" : *rows[0][0];
}

Probe probe_created(db::Session& session, const sql::Statement& statement) {
  const std::string index = identifier(session, index_name(session, statement));
  const std::string state = index_state(session, index);
  if (state == "true") return {Probe::State::done, ""};
  if (state.empty()) return {Probe::State::undone, ""};
  return {Probe::State::broken, "DROP INDEX CONCURRENTLY IF EXISTS " + index};
}

Probe probe_dropped(db::Session& session, const sql::Statement& statement) {
  const bool gone = index_state(session, identifier(session, statement.object)).empty();
  return {gone ? Probe::State::done : Probe::State::undone, ""};
}

Probe probe_detached(db::Session& session, const sql::Statement& statement) {
  const std::string partition = identifier(session, statement.object);
  const std::string table = identifier(session, statement.table);
  const auto rows = db::query(session,
                              "SELECT CAST(inhdetachpending AS TEXT) FROM pg_inherits "
                              "WHERE inhrelid = to_regclass(:p0) AND inhparent = to_regclass(:p1)",
                              {partition, table});
  if (rows.empty()) return {Probe::State::done, ""};
  if (rows[0][0] != "true") return {Probe::State::undone, ""};
  return {Probe::State::broken,
          fmt::format("ALTER TABLE {} DETACH PARTITION {} FINALIZE", table, partition)};
}

/// pg_blocking_pids() names 0 for a prepared transaction.
std::string describe_blocker(const std::vector<db::Text>& row) {
  const auto& pid = *row[0];
  if (pid == "0") return "a prepared transaction; see pg_prepared_xacts";
  constexpr std::size_t most = 200;
  std::string query = row[5].value_or("");
  std::replace(query.begin(), query.end(), '\n', ' ');
  if (query.size() > most) query = query.substr(0, most) + " ...";
  return fmt::format(
      "PostgreSQL session {} ({} of {}, {}), for {}, with: {}; SELECT "
      "pg_terminate_backend({}) would end it",
      pid, row[1].value_or("a program without a name"), row[2].value_or("the server"),
      row[3].value_or("state not shown"), row[4].value_or("an unknown time"), query, pid);
}

std::string blocker_of(db::Session& session, const std::string& waiting) {
  const auto rows = db::query(
      session,
      "SELECT CAST(b.pid AS TEXT), CAST(NULLIF(o.application_name, '') AS TEXT), "
      "CAST(o.usename AS TEXT), CAST(o.state AS TEXT), "
      "CAST(date_trunc('second', clock_timestamp() - COALESCE(o.xact_start, o.query_start)) AS "
      "TEXT), CAST(o.query AS TEXT) "
      "FROM pg_stat_activity me CROSS JOIN LATERAL unnest(pg_blocking_pids(me.pid)) AS b (pid) "
      "LEFT JOIN pg_stat_activity o ON o.pid = b.pid "
      "WHERE me.application_name = :p0 AND me.datname = current_database() "
      "AND me.wait_event_type = 'Lock' ORDER BY o.xact_start LIMIT 1",
      {waiting});
  return rows.empty() ? "" : describe_blocker(rows.front());
}

}  // namespace

bool PostgresqlPlatform::exists(db::Session& session, const TableName& table,
                                std::string_view suffix) const {
  return db::query(session, "SELECT CAST(to_regclass(:p0) IS NOT NULL AS TEXT)",
                   {table.quoted(session.dialect(), suffix)})
             .front()
             .front() == "true";
}

std::unique_ptr<RunLock> PostgresqlPlatform::lock(const db::Url& url,
                                                  const config::DatabaseSettings& settings,
                                                  const TableName& table,
                                                  const LockRequest& request) const {
  auto lock = std::make_unique<AdvisoryLock>(db::open_session(url, settings), lock_key(table));
  wait_for_lock(
      request, [&] { return lock->attempt(); }, [&] { return lock->holder(); });
  return lock;
}

void PostgresqlPlatform::adopt(db::Session& session, const TableName& table) const {
  const std::string name = application_name(table);
  // The server does not notice that a client was killed before its statement ends: an orphan may
  // hold locks for hours.
  constexpr auto orphans =
      "FROM pg_stat_activity WHERE application_name = :p0 AND datname = current_database() AND pid "
      "<> pg_backend_pid()";
  db::query(session, fmt::format("SELECT CAST(pg_terminate_backend(pid) AS TEXT) {}", orphans),
            {name});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::mutex mutex;
  std::condition_variable pause;
  while (!db::query(session, fmt::format("SELECT CAST(pid AS TEXT) {}", orphans), {name}).empty()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw Error(ErrorCode::locked,
                  "a session that a killed run left behind does not end; end it with "
                  "pg_terminate_backend, see pg_stat_activity for '" +
                      name + "'");
    }
    std::unique_lock lock(mutex);
    pause.wait_for(lock, std::chrono::milliseconds(20));
  }
  db::query(session, "SELECT set_config('application_name', :p0, false)", {name});
}

void PostgresqlPlatform::begin_migration(db::Session& session,
                                         std::chrono::milliseconds lock_timeout) const {
  db::query(session, "SELECT set_config('lock_timeout', :p0, false)",
            {fmt::format("{}ms", lock_timeout.count())});
}

void PostgresqlPlatform::end_migration(db::Session&) const {}

std::unique_ptr<Guard> PostgresqlPlatform::guard(db::Session&,
                                                 const std::vector<BatchStatement>&) const {
  return nullptr;
}

Probe PostgresqlPlatform::probe(db::Session& session, const sql::Statement& statement) const {
  switch (statement.effect) {
    case sql::Effect::index_created:
      return probe_created(session, statement);
    case sql::Effect::index_dropped:
      return probe_dropped(session, statement);
    case sql::Effect::partition_detached:
      return probe_detached(session, statement);
    case sql::Effect::none:
    case sql::Effect::repeatable:
      return {};
  }
  return {};
}

std::function<std::string()> PostgresqlPlatform::blockers(const db::Url& url,
                                                          const config::DatabaseSettings& settings,
                                                          const TableName& table) const {
  // A std::function is copied; its copies share the connection.
  return [url, settings, name = application_name(table),
          session = std::shared_ptr<db::Session>()]() mutable {
    if (!session) session = db::open_session(url, settings);
    return blocker_of(*session, name);
  };
}

bool PostgresqlPlatform::is_lock_timeout(const db::DatabaseError& error) const {
  return error.state == kLockNotAvailable;
}

}  // namespace notes::migrate
