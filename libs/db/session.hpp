#pragma once

#include <atomic>
#include <memory>
#include <typeindex>
#include <unordered_map>

#include "config/settings.hpp"
#include "db/dialect.hpp"
#include "db/url.hpp"

namespace soci {
class session;
}

namespace notes::db {

/// A connection that is lent to one thread at a time, with the statements that are kept prepared on
/// it.
///
/// What to know of SOCI when writing statements:
///  - use() and into() keep references: what they are given must live as long as the statement.
///  use() of a temporary compiles
///    and is undefined. A kept statement's variables are members of the struct that holds it.
///  - execute(true) that finds no row leaves into() variables as they were: ask got_data().
///  - into() of a column that may be NULL needs an indicator, or it throws.
///  - A vector in use() must have the size it had when it was bound, unless the statement is made
///  anew.
///  - One SOCI statement is one SQL statement: a second one behind a ";" is refused on both
///  databases.
///  - soci_error::what() shows the values that were bound: never log it. Dialect::translate gives
///  text without them.
///  - A string with a NUL in it is refused on PostgreSQL, which could not store it.
class Session {
 public:
  Session(std::unique_ptr<soci::session> connection, const Dialect& dialect);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  /// SOCI's own session, to prepare and run statements with.
  soci::session& soci() { return *connection_; }
  const Dialect& dialect() const { return dialect_; }

  /// Stops the statement that another thread runs here; see Dialect::cancel.
  void cancel() noexcept { dialect_.cancel(*this); }

  /// Breaks the connection, from any thread while the session lives: a call that another thread is
  /// in fails at once, also one that waits for a server that does not answer any more; on SQLite
  /// one that waits for a lock within 50 ms. The session is of no more use, and Database commits
  /// nothing on it.
  void sever() noexcept;
  bool severed() const { return severed_; }

  /// The statement of type T that this session keeps prepared, made by `T(Session&)` when it is
  /// first asked for. T holds the soci::statement and the variables bound to it; it lives as long
  /// as the connection.
  ///
  /// A statement that failed can be executed again. One that was not fetched to its end would, on
  /// SQLite, hold its snapshot and keep the log from being cut: the pool ends it when the session
  /// comes back, and so does a commit. Between two statements of one read() it still pins what the
  /// second one sees.
  template <typename T>
  T& kept() {
    auto& slot = kept_[std::type_index(typeid(T))];
    if (!slot) slot = std::make_unique<Kept<T>>(*this);
    return static_cast<Kept<T>&>(*slot).statement;
  }

  /// Forgets them all: each is made anew when it is next asked for. Nobody may hold one.
  void forget_kept() { kept_.clear(); }

 private:
  struct KeptBase {
    virtual ~KeptBase() = default;
  };
  template <typename T>
  struct Kept final : KeptBase {
    explicit Kept(Session& session) : statement(session) {}
    T statement;
  };

  std::unique_ptr<soci::session> connection_;
  const Dialect& dialect_;
  std::atomic<bool> severed_ = false;
  // Behind the connection, so that the statements go first.
  std::unordered_map<std::type_index, std::unique_ptr<KeptBase>> kept_;
};

/// A session of one's own, outside any pool: for a run of migrations, a lock, a tool. Throws
/// Error{unreachable} that names the database without its password.
std::unique_ptr<Session> open_session(const Url& url, const config::DatabaseSettings& settings);

}  // namespace notes::db
