#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include <soci/soci-backend.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace notes::db {

/// One connection of SQLite under SOCI. Its statements, and their waits for a lock, end at the
/// deadline of the thread that runs them (base/deadline.hpp), at the statement timeout, and when
/// the connection is severed. Used by one thread at a time but for sever().
class SqliteConnection final : public soci::sqlite3_session_backend {
 public:
  explicit SqliteConnection(const soci::connection_parameters& parameters);

  /// How long a statement waits for somebody else's lock, and how long it may take with that;
  /// nullopt: as long as it takes.
  void limit(std::chrono::milliseconds busy_timeout,
             std::optional<std::chrono::milliseconds> statement_timeout);
  /// The time of the next statement begins to count.
  void begin_statement();
  /// From any thread: ends the statement that runs, and every one after it.
  void sever() noexcept;

  soci::sqlite3_statement_backend* make_statement_backend() override;

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  static int on_busy(void* connection, int tries);
  static int on_progress(void* connection);
  bool has_time(TimePoint now) const;

  std::chrono::milliseconds busy_timeout_{0};
  std::optional<std::chrono::milliseconds> statement_timeout_;
  TimePoint statement_end_ = TimePoint::max();
  TimePoint busy_end_ = TimePoint::max();
  std::atomic<bool> severed_ = false;
};

/// SOCI's SQLite backend with its known faults mended: a second statement behind a ";" is refused
/// instead of dropped, and errors carry the extended result code and say when it was the text that
/// does not fit the schema.
class SqliteBackend final : public soci::backend_factory {
 public:
  soci::details::session_backend* make_session(
      const soci::connection_parameters& parameters) const override;
};

}  // namespace notes::db
