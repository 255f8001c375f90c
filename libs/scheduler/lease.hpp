#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.hpp"
#include "db/session.hpp"
#include "db/url.hpp"
#include "scheduler/run_record.hpp"

namespace notes::scheduler {

/// The lease of whoever works off a database's schedules: there is one, as there is one set of
/// cron_ tables.
inline constexpr std::string_view kSchedulerLease = "scheduler";

/// Who leads, as whoever claims or takes over names it. Epochs only grow: a later leader has a
/// greater one.
struct Leadership {
  HolderId holder;
  std::int64_t epoch = 0;
};

/// The row that says who leads, asked and written on a session of its own, each time in one
/// statement outside any transaction; expiry is by the database's clock. Behind a transaction
/// pooler too. For one thread at a time, apart from sever().
///
/// Every call throws Error{unreachable} and the like when the database does not answer; the session
/// is then opened anew by the next call. Error{locked} is a SQLite file that another process writes
/// for longer than a quarter of the ttl. Opening takes 2 s at most; what is asked of a server that
/// has gone without a word ends when somebody calls sever(), or after libpq's 30 s.
class LeaderLease {
 public:
  struct State {
    HolderId holder;          ///< nil after a resignation
    std::string holder_name;  ///< host and process, for people
    std::int64_t epoch = 0;
    Timestamp acquired_at;
    Timestamp renewed_at;
    std::chrono::milliseconds remaining{0};  ///< by the database's clock; negative when expired
    std::int64_t requests = 0;               ///< grows when something is asked of the leader
    std::int64_t step_down_epoch = 0;  ///< the leader of this epoch, or an older one, is to resign
    Timestamp database_now;
  };

  LeaderLease(db::Url url, const config::DatabaseSettings& settings, std::string name,
              HolderId holder, std::string holder_name, std::chrono::milliseconds ttl);
  LeaderLease(const LeaderLease&) = delete;
  LeaderLease& operator=(const LeaderLease&) = delete;
  ~LeaderLease();

  /// The row as it is; nullopt when nobody has ever led. Reads only.
  std::optional<State> look();
  /// Takes the lease if it is free or expired; nullopt when another holds it. The epoch is greater
  /// than every one before.
  std::optional<State> acquire();
  /// Extends it; nullopt when it is no longer this holder's with this epoch. One that expired
  /// and that nobody took is extended too.
  std::optional<State> renew(std::int64_t epoch);
  /// Gives it back, so that the next acquire() succeeds at once, and tells who listens. From then
  /// on nothing is written in the name of this leadership. No effect when it is another's by now.
  void resign(std::int64_t epoch);

  /// Waits until somebody resigned or asked something, at most that long: by LISTEN where a session
  /// of one's own can be had (PostgreSQL without a pooler), else by the time alone. True when
  /// something was heard; what was said while no call waited counts. sever() ends it, also one that
  /// comes just before: false.
  bool listen(std::chrono::milliseconds longest);

  /// Breaks the connection under a call that another thread is in, which then fails. From any
  /// thread.
  void sever() noexcept;

 private:
  struct Link;
  std::unique_ptr<Link> link_;
};

}  // namespace notes::scheduler
