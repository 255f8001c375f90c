#include "scheduler/lease.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "db/dialect.hpp"
#include "db/query.hpp"
#include "scheduler/lease_row.hpp"

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;
using Rows = std::vector<std::vector<db::Text>>;

config::DatabaseSettings hasty(config::DatabaseSettings settings, std::chrono::milliseconds ttl) {
  // Who cannot renew has lost the lease in the time that others wait patiently.
  settings.connect_timeout = std::min<std::chrono::milliseconds>(settings.connect_timeout, 2s);
  settings.busy_timeout = std::min(settings.busy_timeout, ttl / 4);
  return settings;
}

std::string look_text(const db::Dialect& dialect) {
  return fmt::format("SELECT {} FROM cron_leases WHERE name = :p0", lease_columns(dialect));
}

std::string acquire_text(const db::Dialect& dialect, std::chrono::milliseconds ttl) {
  // The clock is read again behind the wait for the row, not taken from the values.
  return fmt::format(
      "INSERT INTO cron_leases (name, holder, holder_name, epoch, acquired_at, renewed_at, "
      "expires_at) VALUES (:p0, :p1, :p2, 1, {now}, {now}, {until}) "
      "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, "
      "holder_name = excluded.holder_name, epoch = cron_leases.epoch + 1, acquired_at = {now}, "
      "renewed_at = {now}, expires_at = {until} WHERE cron_leases.expires_at <= {now} "
      "RETURNING {columns}",
      fmt::arg("now", dialect.clock_after(0ms)), fmt::arg("until", dialect.clock_after(ttl)),
      fmt::arg("columns", lease_columns(dialect)));
}

std::string renew_text(const db::Dialect& dialect, std::chrono::milliseconds ttl) {
  return fmt::format(
      "UPDATE cron_leases SET renewed_at = {}, expires_at = {} "
      "WHERE name = :p0 AND holder = :p1 AND epoch = :p2 RETURNING {}",
      dialect.clock_after(0ms), dialect.clock_after(ttl), lease_columns(dialect));
}

std::string resign_text(const db::Dialect& dialect) {
  return fmt::format(
      "UPDATE cron_leases SET holder = :p3, expires_at = {} "
      "WHERE name = :p0 AND holder = :p1 AND epoch = :p2",
      dialect.clock_after(0ms));
}

/// What is asked again and again, prepared on the session when it is opened.
struct Statements {
  Statements(db::Session& session, std::chrono::milliseconds ttl)
      : look(session, look_text(session.dialect()), 1, kLeaseColumnCount),
        acquire(session, acquire_text(session.dialect(), ttl), 3, kLeaseColumnCount),
        renew(session, renew_text(session.dialect(), ttl), 3, kLeaseColumnCount),
        resign(session, resign_text(session.dialect()), 4, 0) {}

  db::PreparedQuery look;
  db::PreparedQuery acquire;
  db::PreparedQuery renew;
  db::PreparedQuery resign;
};

std::optional<LeaderLease::State> state_of(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return read_lease(rows.front());
}

}  // namespace

struct LeaderLease::Link {
  Link(db::Url database, const config::DatabaseSettings& given, std::chrono::milliseconds time)
      : url(std::move(database)), settings(hasty(given, time)), ttl(time) {}

  /// Opens the session when there is none that can be used.
  void open() {
    if (session && !session->severed()) return;
    close();
    auto opened = db::open_session(url, settings);
    {
      // Before anything is asked on it, so that sever() reaches it.
      const std::lock_guard lock(mutex);
      session = std::move(opened);
    }
    statements = std::make_unique<Statements>(*session, ttl);
    // Behind a pooler that needs this parameter LISTEN would hear what was meant for others.
    listening = url.prepared_statements() && session->dialect().listen(*session, kLeaseChannel);
  }

  void close() noexcept {
    // Giving the statements back would wait for a server that may not answer any more.
    if (session) session->sever();
    statements.reset();
    std::unique_ptr<db::Session> closed;
    const std::lock_guard lock(mutex);
    closed = std::move(session);
  }

  /// One call: the session is closed when work() throws.
  template <typename Work>
  auto ask(Work work) {
    struct Guard {
      explicit Guard(Link& used) : link(used) {}
      Guard(const Guard&) = delete;
      Guard& operator=(const Guard&) = delete;
      ~Guard() {
        if (!done) link.close();
      }
      Link& link;
      bool done = false;
    } guard(*this);
    open();
    auto answer = work(*session, *statements);
    guard.done = true;
    return answer;
  }

  /// By the time alone. False at once when sever() was called since the last listen().
  void wait(std::chrono::milliseconds longest) {
    std::unique_lock lock(mutex);
    ended.wait_for(lock, longest, [this] { return severed; });
    severed = false;
  }

  const db::Url url;
  const config::DatabaseSettings settings;
  const std::chrono::milliseconds ttl;
  std::string name;
  std::string holder;
  std::string holder_name;

  std::mutex mutex;
  // guards: session against sever(), which only looks at it, and severed
  std::unique_ptr<db::Session> session;
  bool severed = false;
  std::condition_variable ended;

  // Of the calls' thread; the statements go before the session.
  std::unique_ptr<Statements> statements;
  bool listening = false;
};

LeaderLease::LeaderLease(db::Url url, const config::DatabaseSettings& settings, std::string name,
                         HolderId holder, std::string holder_name, std::chrono::milliseconds ttl)
    : link_(std::make_unique<Link>(std::move(url), settings, ttl)) {
  link_->name = std::move(name);
  link_->holder = to_string(holder);
  link_->holder_name = std::move(holder_name);
}

LeaderLease::~LeaderLease() { link_->close(); }

std::optional<LeaderLease::State> LeaderLease::look() {
  return link_->ask([this](db::Session&, Statements& statements) {
    return state_of(statements.look.run({link_->name}));
  });
}

std::optional<LeaderLease::State> LeaderLease::acquire() {
  return link_->ask([this](db::Session&, Statements& statements) {
    return state_of(statements.acquire.run({link_->name, link_->holder, link_->holder_name}));
  });
}

std::optional<LeaderLease::State> LeaderLease::renew(std::int64_t epoch) {
  return link_->ask([&](db::Session&, Statements& statements) {
    return state_of(statements.renew.run({link_->name, link_->holder, std::to_string(epoch)}));
  });
}

void LeaderLease::resign(std::int64_t epoch) {
  link_->ask([&](db::Session& session, Statements& statements) {
    const auto changed = statements.resign.change(
        {link_->name, link_->holder, std::to_string(epoch), to_string(HolderId())});
    if (changed > 0) session.dialect().notify(session, kLeaseChannel);
    return changed;
  });
}

bool LeaderLease::listen(std::chrono::milliseconds longest) {
  {
    const std::lock_guard lock(link_->mutex);
    if (std::exchange(link_->severed, false)) return false;
  }
  const bool heard = link_->ask([&](db::Session& session, Statements&) {
    return link_->listening && session.dialect().heard(session, longest);
  });
  if (!link_->listening) link_->wait(longest);
  return heard;
}

void LeaderLease::sever() noexcept {
  const std::lock_guard lock(link_->mutex);
  link_->severed = true;
  link_->ended.notify_all();
  if (link_->session) link_->session->sever();
}

}  // namespace notes::scheduler
