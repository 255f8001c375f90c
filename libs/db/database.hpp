#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "config/settings.hpp"
#include "db/session.hpp"
#include "db/url.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::db {

/// What a transaction asks of the database beside its statements.
struct TransactionOptions {
  /// How long the client may let the database wait between two statements before the transaction is
  /// ended under it and its locks are free, where the engine can do that; see Dialect::begin.
  std::optional<std::chrono::milliseconds> idle_limit = {};
};

/// One database: its sessions, its transactions and its retries. Thread-safe. Building one does not
/// connect: a server starts while its database is down. Everything passed in must outlive it.
///
/// SQLite has one writer session and as many readers as the pool allows; PostgreSQL has one pool
/// for both.
class Database {
 public:
  /// Throws Error{usage} when the URL cannot be understood.
  Database(const config::DatabaseSettings& settings, telemetry::Logger& logger,
           telemetry::Metrics& metrics);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  const Url& url() const;
  const Dialect& dialect() const;

  /// Whether every session for reading is in use and somebody waits for one.
  bool saturated() const;

  /// Runs `work(Session&)` in one read/write transaction, commits, and returns what it returned. On
  /// a serialization failure, a deadlock or a busy database the transaction is rolled back and
  /// `work` runs again, max_retries times at most, with growing and jittered pauses; when the
  /// connection is lost before the commit was sent it runs again, once, on another. So it must have
  /// no effect outside the database. Work whose prepared statements no longer fit an altered table
  /// runs again with new ones. Within a DeadlineScope nothing runs beyond the deadline, and nothing
  /// is committed that was not being committed when it passed. An exception rolls back and leaves.
  /// The isolation level is the database's own default.
  ///
  /// Throws what `work` throws, with SOCI's exceptions turned into StatementError (db/dialect.hpp):
  /// a unique, reference or check rule is Error{conflict}; a table or column that is not there
  /// Error{pending}; a full or read-only database Error{unreachable}; a cancelled statement, or the
  /// end of the thread's deadline, Error{deadline_exceeded}; anything else that the database
  /// refuses Error{internal}. Error{unreachable} when the database cannot be reached, or was lost
  /// during the commit (the message says that the outcome is not known); Error{overloaded} when no
  /// session was free within the acquire timeout; Error{locked} when the retries are used up.
  ///
  /// Neither call may be made inside the other's `work`: a thread that holds one session and waits
  /// for a second can wait for itself.
  template <typename Work>
  auto transact(Work&& work, const TransactionOptions& options = {}) {
    using Result = std::invoke_result_t<Work&, Session&>;
    if constexpr (std::is_void_v<Result>) {
      run(Access::write, options, [&](Session& session) { work(session); });
    } else {
      std::optional<Result> result;
      run(Access::write, options, [&](Session& session) { result.emplace(work(session)); });
      return std::move(*result);
    }
  }

  /// Runs `work(Session&)` on a session for reading, without a transaction around it: each
  /// statement sees the latest commit. A connection found dead is replaced and `work` runs again,
  /// once. Throws as transact() does.
  template <typename Work>
  auto read(Work&& work) {
    using Result = std::invoke_result_t<Work&, Session&>;
    std::optional<Result> result;
    run(Access::read, {}, [&](Session& session) { result.emplace(work(session)); });
    return std::move(*result);
  }

  /// Severs every session that is in use now (see Session::sever): the calls that use them throw
  /// Error{unreachable}, also those that wait for a database that does not answer, and nothing of
  /// them is committed unless its commit was under way. Calls made later are served as ever, on
  /// sessions that have been asked before. Does nothing to a database in memory, which would end
  /// with its session. Does not wait; from any thread.
  void disconnect() noexcept;

 private:
  enum class Access { read, write };
  void run(Access access, const TransactionOptions& options,
           const std::function<void(Session&)>& work);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace notes::db
