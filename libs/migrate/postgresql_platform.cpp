#include "migrate/postgresql_platform.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/backoff.hpp"
#include "db/query.hpp"
#include "migrate/postgresql_lock.hpp"

namespace notes::migrate {
namespace {

constexpr std::string_view kLockNotAvailable = "55P03";

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

/// An invalid index that a REINDEX CONCURRENTLY has left beside the one it was to take the place
/// of, or that it has replaced (PostgreSQL 15, REINDEX, "Rebuilding Indexes Concurrently").
Probe probe_reindexed(db::Session& session, const sql::Statement& statement) {
  const auto rows = db::query(
      session,
      "SELECT CAST(format('%I.%I', n.nspname, c.relname) AS TEXT) FROM pg_index i "
      "JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
      "JOIN pg_class t ON t.oid = i.indrelid LEFT JOIN pg_class main ON main.reltoastrelid = t.oid "
      "WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$' AND CASE "
      "WHEN CAST(:p0 AS TEXT) <> '' THEN t.oid = (SELECT indrelid FROM pg_index WHERE indexrelid = "
      "to_regclass(NULLIF(CAST(:p0 AS TEXT), ''))) "
      "WHEN CAST(:p1 AS TEXT) <> '' THEN to_regclass(NULLIF(CAST(:p1 AS TEXT), '')) IN (t.oid, "
      "main.oid) "
      "ELSE CAST(:p2 AS TEXT) IN ('', n.nspname) END ORDER BY c.oid LIMIT 1",
      {statement.object.name.empty() ? "" : identifier(session, statement.object),
       statement.table.name.empty() ? "" : identifier(session, statement.table),
       statement.object.schema});
  if (rows.empty()) return {};
  return {Probe::State::broken, "DROP INDEX CONCURRENTLY IF EXISTS " + *rows[0][0]};
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

// A statement that waits has its blockers looked up, which is not free. Waiting for sessions, an
// index build keeps the counts of the blocks it has read before.
constexpr auto kActivity =
    "SELECT CAST(b.pid AS TEXT), CAST(b.application_name AS TEXT), CAST(b.usename AS TEXT), "
    "CAST(b.state AS TEXT), CAST(b.age AS TEXT), CAST(b.query AS TEXT), CAST(p.phase AS TEXT), "
    "CAST(CASE WHEN p.phase LIKE 'waiting%' THEN concat(p.lockers_done, ' of ', p.lockers_total, "
    "' sessions') WHEN p.blocks_total > 0 THEN concat(100 * p.blocks_done / p.blocks_total, '%') "
    "WHEN p.tuples_total > 0 THEN concat(100 * p.tuples_done / p.tuples_total, '%') END AS TEXT) "
    "FROM pg_stat_activity me LEFT JOIN LATERAL ("
    "SELECT blocking.pid, NULLIF(o.application_name, '') AS application_name, o.usename, o.state, "
    "date_trunc('second', clock_timestamp() - COALESCE(o.xact_start, o.query_start)) AS age, "
    "o.query FROM unnest(pg_blocking_pids(me.pid)) AS blocking (pid) "
    "LEFT JOIN pg_stat_activity o ON o.pid = blocking.pid WHERE me.wait_event_type = 'Lock' "
    "ORDER BY o.xact_start LIMIT 1) AS b ON TRUE "
    "LEFT JOIN pg_stat_progress_create_index p ON p.pid = me.pid "
    "WHERE me.application_name = :p0 AND me.datname = current_database() AND me.state = 'active' "
    "LIMIT 1";

Activity activity_of(db::Session& session, const std::string& run) {
  const auto rows = db::query(session, kActivity, {run});
  if (rows.empty()) return {};
  const auto& row = rows.front();
  Activity seen;
  if (row[0]) seen.blocker = describe_blocker(row);
  if (row[6]) seen.progress = *row[6] + (row[7] ? ", " + *row[7] : "");
  return seen;
}

}  // namespace

db::Url PostgresqlPlatform::tool_url(const db::Url& url) const {
  const auto& uri = url.conninfo();
  return db::Url::parse(fmt::format("{}{}prepared_statements=false", uri,
                                    uri.find('?') == std::string::npos ? '?' : '&'));
}

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
  return lock_postgresql(url, settings, table, request);
}

void PostgresqlPlatform::adopt(db::Session& session, const TableName& table,
                               const RunLock& lock) const {
  const std::string name = run_name(table);
  // The server does not notice that a client was killed before its statement ends: an orphan may
  // hold locks for hours. A pooler's idle sessions carry the name of whoever used them last, and
  // may be anybody's by now; those at work under this name are not, since the lease is ours.
  const std::string orphans = fmt::format(
      "FROM pg_stat_activity WHERE application_name = :p0 AND datname = current_database() AND pid "
      "<> pg_backend_pid(){}",
      lock.sessions_hold() ? "" : " AND state <> 'idle'");
  db::query(session, fmt::format("SELECT CAST(pg_terminate_backend(pid) AS TEXT) {}", orphans),
            {name});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  db::Backoff backoff(std::chrono::milliseconds(10), std::chrono::milliseconds(200));
  while (!db::query(session, fmt::format("SELECT CAST(pid AS TEXT) {}", orphans), {name}).empty()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw Error(ErrorCode::locked,
                  "a session that a killed run left behind does not end; end it with "
                  "pg_terminate_backend, see pg_stat_activity for '" +
                      name + "'");
    }
    backoff.pause();
  }
  db::query(session, "SELECT set_config('application_name', :p0, false)", {name});
}

void PostgresqlPlatform::begin_migration(db::Session& session,
                                         std::chrono::milliseconds lock_timeout) const {
  db::query(session, "SELECT set_config('lock_timeout', :p0, false)",
            {fmt::format("{}ms", lock_timeout.count())});
}

void PostgresqlPlatform::set_commits(db::Session& session, Commits commits) const {
  // What speaks PostgreSQL's protocol without this setting goes on waiting for each commit.
  db::query(session, commits == Commits::deferred
                         ? "SELECT set_config(name, 'off', false) FROM pg_settings "
                           "WHERE name = 'synchronous_commit'"
                         : "SELECT set_config(name, reset_val, false) FROM pg_settings "
                           "WHERE name = 'synchronous_commit'");
}

void PostgresqlPlatform::begin_transaction(db::Session& session,
                                           std::chrono::milliseconds lock_timeout) const {
  db::query(session, "SELECT set_config('lock_timeout', :p0, true)",
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
    case sql::Effect::reindexed:
      return probe_reindexed(session, statement);
    case sql::Effect::none:
    case sql::Effect::repeatable:
      return {};
  }
  return {};
}

std::function<Activity()> PostgresqlPlatform::activity(const db::Url& url,
                                                       const config::DatabaseSettings& settings,
                                                       const TableName& table) const {
  // A std::function is copied; its copies share the connection.
  return
      [url, settings, name = run_name(table), session = std::shared_ptr<db::Session>()]() mutable {
        if (!session) session = db::open_session(url, settings);
        return activity_of(*session, name);
      };
}

bool PostgresqlPlatform::is_lock_timeout(const db::DatabaseError& error) const {
  return error.state == kLockNotAvailable;
}

}  // namespace notes::migrate
