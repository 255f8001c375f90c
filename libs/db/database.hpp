#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "config/settings.hpp"
#include "db/session.hpp"
#include "db/url.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::db {

/// One database: its sessions, its transactions and its retries. Thread-safe. Building one does not connect: a server
/// starts while its database is down. Everything passed in must outlive it.
///
/// SQLite has one writer session and as many readers as the pool allows; PostgreSQL has one pool for both.
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

  /// Runs `work(Session&)` in one read/write transaction, commits, and returns what it returned. On a serialization failure, a
  /// deadlock or a busy database the transaction is rolled back and `work` runs again, max_retries times at most, with
  /// growing and jittered pauses: it must have no effect outside the database. An exception rolls back and leaves.
  ///
  /// Throws what `work` throws; Error{unreachable} when the database cannot be reached, Error{overloaded} when no session
  /// was free within the acquire timeout, Error{locked} when the retries are used up.
  template <typename Work>
  auto transact(Work&& work) {
    using Result = std::invoke_result_t<Work&, Session&>;
    if constexpr (std::is_void_v<Result>) {
      run(Access::write, [&](Session& session) { work(session); });
    } else {
      std::optional<Result> result;
      run(Access::write, [&](Session& session) { result.emplace(work(session)); });
      return std::move(*result);
    }
  }

  /// Runs `work(Session&)` on a session for reading, without a transaction around it: each statement sees the latest
  /// commit. A connection found dead is replaced and `work` runs again, once. Throws as transact() does.
  template <typename Work>
  auto read(Work&& work) {
    using Result = std::invoke_result_t<Work&, Session&>;
    std::optional<Result> result;
    run(Access::read, [&](Session& session) { result.emplace(work(session)); });
    return std::move(*result);
  }

 private:
  enum class Access { read, write };
  void run(Access access, const std::function<void(Session&)>& work);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace notes::db
