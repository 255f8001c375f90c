#pragma once

#include "notify/notifier.hpp"
#include "scheduler/job_file.hpp"
#include "scheduler/observer.hpp"

namespace notes::scheduler {

/// Tells people and outside watches: one message when a job begins to fail, one when it succeeds
/// again, one when it is overdue or the clock holds everything; and the jobs' ping URLs. What was
/// cancelled or skipped is neither a failure nor a success.
class Notifications final : public Observer {
 public:
  /// `notifier` must outlive it.
  Notifications(notify::Notifier& notifier, NotifySettings settings);

  void run_started(const JobDefinition& job, const RunRecord& run,
                   std::chrono::microseconds late) override;
  void run_ended(const JobDefinition& job, const RunRecord& run, const Outcome& outcome,
                 std::optional<RunState> before) override;
  void run_missed(const JobDefinition& job, Timestamp last_success) override;
  void clock_held(std::chrono::microseconds jump) override;

 private:
  notify::Notifier& notifier_;
  NotifySettings settings_;
};

}  // namespace notes::scheduler
