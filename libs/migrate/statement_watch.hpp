#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "db/session.hpp"
#include "migrate/activity.hpp"
#include "migrate/observer.hpp"

namespace notes::migrate {

/// Looks at what a run's statements are doing while they do it: nobody can be asked who was in the
/// way once the wait has been given up. A thread asks, and tells the observer.
class StatementWatch {
 public:
  using Look = std::function<Activity()>;

  /// `look` asks the database; it is called on the watch's thread, every `interval` while a
  /// statement runs, and what it throws counts as nothing. An empty one makes a watch that never
  /// sees anything. `session` is the one that runs; it and the observer must outlive this.
  StatementWatch(Look look, std::chrono::milliseconds interval, db::Session& session,
                 Observer& observer);

  /// The time for which one statement runs. With `patience`, the statement is cancelled once it
  /// has been seen waiting for a lock for that long: for where the server's own lock_timeout cannot
  /// be set.
  class During {
   public:
    During(StatementWatch& watch, std::optional<std::chrono::milliseconds> patience);
    During(const During&) = delete;
    During& operator=(const During&) = delete;
    ~During();

   private:
    StatementWatch& watch_;
  };

  /// Who was in the way of the last statement when last looked; empty when nobody was seen.
  std::string blocker() const;
  /// Whether the last statement was cancelled for want of patience.
  bool gave_up() const;

 private:
  void watch(const std::stop_token& over);
  Activity ask() const;
  void saw(Activity found);

  Look look_;
  std::chrono::milliseconds interval_;
  db::Session& session_;
  Observer& observer_;
  mutable std::mutex mutex_;
  // guards: all down to gave_up_
  unsigned long statement_ = 0;
  bool running_ = false;
  std::optional<std::chrono::milliseconds> patience_;
  std::optional<std::chrono::steady_clock::time_point> blocked_since_;
  std::string blocker_;
  bool gave_up_ = false;
  std::jthread thread_;
};

/// How often to look, for a wait of this length; 0 is a wait without an end.
std::chrono::milliseconds watch_interval(std::chrono::milliseconds lock_timeout);

}  // namespace notes::migrate
