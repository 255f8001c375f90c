#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "db/session.hpp"
#include "migrate/activity.hpp"
#include "migrate/batch.hpp"
#include "migrate/table_name.hpp"

namespace notes::migrate {

/// The right to be the only run of migrations on a database; given back at the end.
class RunLock {
 public:
  RunLock() = default;
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  virtual ~RunLock() = default;

  /// False behind a pooler that gives each transaction another of the server's sessions: what is
  /// set on a session then belongs to nobody, and must be set inside each transaction.
  virtual bool sessions_hold() const { return true; }

  /// To be called inside a transaction that is about to commit: throws Error{locked} when the lock
  /// has been lost meanwhile, and otherwise keeps it from being lost before the commit.
  virtual void confirm(db::Session& session) { static_cast<void>(session); }
};

/// How long to wait for the lock, what ends the wait, and whom to tell of it.
struct LockRequest {
  std::chrono::milliseconds timeout{0};
  std::stop_token stop;
  std::function<void(std::string_view holder)>
      waiting;  ///< called once, when it is not free at once
};

/// What a look at the database says about a standalone statement that may have been interrupted.
struct Probe {
  enum class State {
    undone,  ///< not done: run it
    done,    ///< done: do not run it again
    broken,  ///< half done: run `mend`, then look again
  };
  State state = State::undone;
  std::string mend;
};

/// Watches over what a transaction does beside what it says.
class Guard {
 public:
  Guard() = default;
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  virtual ~Guard() = default;

  /// Why the transaction must not commit; nullopt when it may.
  virtual std::optional<std::string> objection() = 0;
};

/// When a commit returns.
enum class Commits {
  durable,   ///< when the database has made it as durable as it is set up to
  deferred,  ///< before it is on disk; a later durable one takes it along
};

/// In what the engines differ for running migrations. Stateless and thread-safe.
class Platform {
 public:
  Platform() = default;
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;
  virtual ~Platform() = default;

  static const Platform& of(db::Engine engine);

  /// The URL as it suits a tool, which runs most of its statements once: they are not kept
  /// prepared, and so pass through any pooler.
  virtual db::Url tool_url(const db::Url& url) const = 0;

  /// Whether one of the tool's own tables is there.
  virtual bool exists(db::Session& session, const TableName& table,
                      std::string_view suffix) const = 0;

  /// Takes the lock for a database and a history table. Throws Error{locked} naming the holder when
  /// the time is over, Error{interrupted} when it was stopped, Error{unreachable}.
  virtual std::unique_ptr<RunLock> lock(const db::Url& url,
                                        const config::DatabaseSettings& settings,
                                        const TableName& table,
                                        const LockRequest& request) const = 0;

  /// Makes a session ready to run migrations under the lock: what a killed run has left running on
  /// the server is ended.
  virtual void adopt(db::Session& session, const TableName& table, const RunLock& lock) const = 0;

  /// Outside any transaction, before and after a migration, where sessions hold.
  virtual void begin_migration(db::Session& session,
                               std::chrono::milliseconds lock_timeout) const = 0;
  virtual void end_migration(db::Session& session) const = 0;

  /// Outside any transaction, where sessions hold. In either case what is committed is never lost
  /// without all that was committed after it.
  virtual void set_commits(db::Session& session, Commits commits) const = 0;

  /// Inside each transaction, before its first statement, where sessions do not hold.
  virtual void begin_transaction(db::Session& session,
                                 std::chrono::milliseconds lock_timeout) const = 0;

  /// Inside the transaction, before its first statement. The session must outlive the guard;
  /// nullptr when there is nothing to watch.
  virtual std::unique_ptr<Guard> guard(db::Session& session,
                                       const std::vector<BatchStatement>& statements) const = 0;

  /// Looks whether a statement with an effect (sql::Effect other than none and repeatable) has been
  /// done.
  virtual Probe probe(db::Session& session, const sql::Statement& statement) const = 0;

  /// Says what the session that adopt() has made ready is doing. Asks through a connection of its
  /// own, which it opens when first called, on one thread. An empty function where the database
  /// cannot tell.
  virtual std::function<Activity()> activity(const db::Url& url,
                                             const config::DatabaseSettings& settings,
                                             const TableName& table) const = 0;

  /// True when the failure means that a lock on a table was not obtained in time: trying again
  /// later helps.
  virtual bool is_lock_timeout(const db::DatabaseError& error) const = 0;
};

}  // namespace notes::migrate
