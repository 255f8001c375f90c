#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "scheduler/history.hpp"
#include "scheduler/observer.hpp"
#include "scheduler/recorder.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::scheduler {

/// Tells the observer, the metrics and the log what happens, and what it means beside the past: how
/// a job's run before ended, and whether a success is overdue. Thread-safe.
///
/// Metrics: notes_cron_ticks_total by outcome, notes_cron_runs_total by state,
/// notes_cron_run_duration_seconds, notes_cron_start_lateness_seconds,
/// notes_cron_runs_missed_total, notes_cron_leader (1 or 0) and notes_cron_epoch.
class Announcer {
 public:
  struct Tools {
    History& history;
    const Clock& clock;
    telemetry::Logger& logger;
    telemetry::Metrics& metrics;
    Observer& observer;
  };
  explicit Announcer(const Tools& tools);

  void term_began(std::int64_t epoch);
  void term_ended(std::int64_t epoch, std::string_view why);

  /// Reads what came of the jobs' last runs. Throws what History throws.
  void recall();

  void skipped(const JobDefinition& job, const Tick& tick, std::string_view reason);
  /// `turn`: since when it could have begun.
  void started(const JobDefinition& job, const RunRecord& run, Timestamp turn);
  /// Attempts that are over and written; not those of them that are to be retried.
  void ended(const Ended& ended);
  /// Tells of each of these jobs that is overdue, once until it succeeds.
  void look_for_missed(std::span<const JobDefinition> jobs);
  void clock_held(std::chrono::microseconds jump);

 private:
  struct Past {
    std::optional<RunState> verdict;  // of the last run that had one; see History::last_verdicts()
    std::optional<Timestamp> success;
    bool missed = false;
  };
  struct Instruments {
    telemetry::Counter run;
    telemetry::Counter skipped;
    telemetry::Counter missed;
    telemetry::Histogram lateness;
    telemetry::Histogram duration;
    telemetry::Gauge leader;
    telemetry::Gauge epoch;
  };

  Tools tools_;
  Instruments instruments_;
  std::mutex mutex_;
  // guards: below
  std::map<std::string, Past, std::less<>> past_;
  bool recalled_ = false;
  Timestamp began_at_;  // of the term: what a job that never succeeded is late behind
};

}  // namespace notes::scheduler
