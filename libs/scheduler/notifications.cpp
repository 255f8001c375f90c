#include "scheduler/notifications.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/duration.hpp"

namespace notes::scheduler {
namespace {

bool is_failure(RunState state) { return state == RunState::failed || state == RunState::lost; }

/// Which run it was, and where to read more. Never its output: what a program prints is not for a
/// channel.
std::string where(const RunRecord& run) {
  const auto due = run.tick ? fmt::format("due {}, ", to_string(run.tick->due_at)) : std::string();
  return fmt::format("{}attempt {} on {}; see: notes-cron logs {}", due, run.attempt,
                     run.owner_name, to_string(run.id));
}

std::chrono::milliseconds in_milliseconds(std::chrono::microseconds span) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(span);
}

}  // namespace

Notifications::Notifications(notify::Notifier& notifier, NotifySettings settings)
    : notifier_(notifier), settings_(std::move(settings)) {}

void Notifications::run_started(const JobDefinition& job, const RunRecord& /*run*/,
                                std::chrono::microseconds /*late*/) {
  notifier_.ping(job.ping.start);
}

void Notifications::run_ended(const JobDefinition& job, const RunRecord& run,
                              const Outcome& outcome, std::optional<RunState> before) {
  const bool failed_before = before && is_failure(*before);
  if (is_failure(outcome.state)) {
    notifier_.ping(job.ping.failure);
    if (!settings_.on_failure || failed_before) return;
    notifier_.deliver(
        {fmt::format("{} {}", job.name, outcome.state == RunState::lost ? "was lost" : "failed"),
         fmt::format("{}\n{}", outcome.error, where(run))});
  } else if (outcome.state == RunState::succeeded) {
    notifier_.ping(job.ping.success);
    if (!settings_.on_recovery || !failed_before) return;
    notifier_.deliver({fmt::format("{} succeeded again", job.name), where(run)});
  }
}

void Notifications::run_missed(const JobDefinition& job, Timestamp last_success) {
  if (!settings_.on_missed) return;
  notifier_.deliver(
      {fmt::format("{} is overdue", job.name),
       fmt::format("no success since {}; one is expected within {}", to_string(last_success),
                   format_duration(job.expect_within.value_or(std::chrono::milliseconds(0))))});
}

void Notifications::clock_held(std::chrono::microseconds jump) {
  if (!settings_.on_missed) return;
  notifier_.deliver({"no job runs: the clock has jumped",
                     fmt::format("the machine's clock went ahead by {} at once; jobs go on when it "
                                 "is confirmed, or after: notes-cron resume --all",
                                 format_duration(in_milliseconds(jump)))});
}

}  // namespace notes::scheduler
