#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "scheduler/announcer.hpp"
#include "scheduler/clock_guard.hpp"
#include "scheduler/executor.hpp"
#include "scheduler/ledger.hpp"
#include "scheduler/planner.hpp"
#include "scheduler/recorder.hpp"

namespace notes::scheduler {

/// What a leader does between gaining the lease and losing it: claims ticks, begins what waits,
/// hands both to the executor. Every call throws what Ledger throws; Error{stale} and {unreachable}
/// end the term. For one thread.
class Term {
 public:
  struct Tools {
    const std::vector<JobDefinition>& jobs;
    Ledger& ledger;
    const Clock& clock;
    Executor& executor;
    Announcer& announcer;
    ClockGuard& guard;
    std::function<std::unique_ptr<Attempt>(const JobDefinition&, const Attempt::Subject&)> attempt;
    /// A run that nothing can be done with.
    std::function<void(Ended)> give_up;
    bool keep_watermarks = false;
  };
  Term(const Tools& tools, const Leadership& leadership);

  /// Does what is due: at the first time the jobs' rows are adopted and the runs that others left
  /// are taken over. Returns how long nothing else will be, at most `longest`.
  std::chrono::microseconds turn(std::chrono::microseconds longest);

  /// Reads what somebody asked: pauses, triggers.
  void read_requests();
  /// Attempts have ended: what waited for them may begin.
  void attempts_ended() { look_at_waiting_ = true; }

  /// What the database's clock said at a moment, where it is another machine's.
  void hear_clock(Timestamp other, BootClock::time_point at);

  std::int64_t epoch() const { return leadership_.epoch; }
  /// The jobs' rows have been adopted.
  bool begun() const { return begun_; }
  bool held() const { return held_; }
  /// How late the tick that waits longest is.
  std::chrono::microseconds lag() const;

 private:
  void begin();
  bool hold_for_clock();
  void end_hold();
  void claim(Timestamp now);
  void announce_skipped(const Planner::Portion& portion, const Claimed& claimed);
  void take_over();
  void begin_waiting(Timestamp now);
  void start(const RunRecord& run, Timestamp turn);
  const JobDefinition* find(const std::string& job) const;
  bool due(std::chrono::steady_clock::time_point& last, std::chrono::milliseconds interval);

  Tools tools_;
  Leadership leadership_;
  Planner planner_;
  std::unordered_map<std::string_view, const JobDefinition*> by_name_;
  std::vector<std::string> at_most_once_;
  Planner::Portion portion_;  // decided and not written yet
  bool begun_ = false;
  bool held_ = false;
  bool look_at_waiting_ = true;
  bool something_waits_ = false;
  std::optional<Timestamp> next_retry_;
  std::chrono::steady_clock::time_point waited_;
  std::chrono::steady_clock::time_point took_over_;
  std::chrono::steady_clock::time_point looked_for_missed_;
};

}  // namespace notes::scheduler
