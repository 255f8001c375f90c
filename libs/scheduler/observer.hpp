#pragma once

#include <chrono>
#include <string_view>

#include "scheduler/job.hpp"
#include "scheduler/run_record.hpp"

namespace notes::scheduler {

/// Told what the scheduler does: the log, the metrics, the notifications hang here. Called from
/// several threads, never while a lock is held; what it is given lives as long as the call, and it
/// must not throw. The default ignores everything.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;

  virtual void leadership_gained(std::int64_t epoch) { static_cast<void>(epoch); }
  virtual void leadership_ended(std::int64_t epoch, std::string_view why) {
    static_cast<void>(epoch);
    static_cast<void>(why);
  }
  virtual void tick_skipped(const JobDefinition& job, const Tick& tick, std::string_view reason) {
    static_cast<void>(job);
    static_cast<void>(tick);
    static_cast<void>(reason);
  }
  /// `late`: behind the moment it was due (its jitter counted in).
  virtual void run_started(const JobDefinition& job, const RunRecord& run,
                           std::chrono::microseconds late) {
    static_cast<void>(job);
    static_cast<void>(run);
    static_cast<void>(late);
  }
  /// After it was written down. `before`: what came of the job's last run before
  /// it that succeeded, failed or was lost, if there was one.
  virtual void run_ended(const JobDefinition& job, const RunRecord& run, const Outcome& outcome,
                         std::optional<RunState> before) {
    static_cast<void>(job);
    static_cast<void>(run);
    static_cast<void>(outcome);
    static_cast<void>(before);
  }
  /// No success within JobDefinition::expect_within of the last one.
  virtual void run_missed(const JobDefinition& job, Timestamp last_success) {
    static_cast<void>(job);
    static_cast<void>(last_success);
  }
  /// The wall clock has jumped further than allowed: nothing fires until it is confirmed.
  virtual void clock_held(std::chrono::microseconds jump) { static_cast<void>(jump); }
};

}  // namespace notes::scheduler
