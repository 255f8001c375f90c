#include "scheduler/announcer.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace notes::scheduler {
namespace {

double seconds(std::chrono::microseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

/// From a millisecond to a minute: a start is punctual or it is not.
std::vector<double> lateness_buckets() {
  return {0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60};
}

/// From a millisecond to hours.
std::vector<double> run_buckets() {
  return {0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 21600};
}

bool succeeded(RunState state) { return state == RunState::succeeded; }

/// One that was cancelled or skipped says nothing about its job.
bool is_verdict(RunState state) {
  return succeeded(state) || state == RunState::failed || state == RunState::lost;
}

}  // namespace

Announcer::Announcer(const Tools& tools)
    : tools_(tools),
      instruments_{
          tools.metrics.counter("notes_cron_ticks_total", "Ticks by what became of them.",
                                {{"outcome", "run"}}),
          tools.metrics.counter("notes_cron_ticks_total", "Ticks by what became of them.",
                                {{"outcome", "skipped"}}),
          tools.metrics.counter("notes_cron_runs_missed_total",
                                "Times that a job had no success in the time it should have."),
          tools.metrics.histogram("notes_cron_start_lateness_seconds",
                                  "From the moment a run was due to its start.",
                                  lateness_buckets()),
          tools.metrics.histogram("notes_cron_run_duration_seconds", "Duration of attempts.",
                                  run_buckets()),
          tools.metrics.gauge("notes_cron_leader", "1 while this process leads."),
          tools.metrics.gauge("notes_cron_epoch", "The epoch of this process's last term.")} {}

void Announcer::term_began(std::int64_t epoch) {
  {
    const auto now = tools_.clock.now();
    const std::lock_guard lock(mutex_);
    recalled_ = false;
    began_at_ = now;
  }
  instruments_.leader.set(1);
  instruments_.epoch.set(static_cast<double>(epoch));
  tools_.logger.info("this process leads", {{"epoch", epoch}});
  tools_.observer.leadership_gained(epoch);
}

void Announcer::term_ended(std::int64_t epoch, std::string_view why) {
  instruments_.leader.set(0);
  tools_.logger.warning("this process leads no more", {{"epoch", epoch}, {"why", why}});
  tools_.observer.leadership_ended(epoch, why);
}

void Announcer::recall() {
  std::map<std::string, Past, std::less<>> past;
  for (const auto& [job, run] : tools_.history.last_verdicts()) past[job].verdict = run.state;
  for (const auto& [job, run] : tools_.history.last_successes()) {
    past[job].success = run.finished_at;
  }
  const std::lock_guard lock(mutex_);
  past_ = std::move(past);
  recalled_ = true;
}

void Announcer::skipped(const JobDefinition& job, const Tick& tick, std::string_view reason) {
  instruments_.skipped.increment();
  tools_.logger.debug("a tick is not run",
                      {{"job", job.name}, {"tick", tick.nominal}, {"reason", reason}});
  tools_.observer.tick_skipped(job, tick, reason);
}

void Announcer::started(const JobDefinition& job, const RunRecord& run, Timestamp turn) {
  const auto late = std::max(tools_.clock.now() - turn, std::chrono::microseconds(0));
  if (run.tick && run.attempt == 1) {
    instruments_.run.increment();
    instruments_.lateness.observe(seconds(late));
  }
  tools_.logger.debug("a run has begun", {{"job", job.name},
                                          {"run", to_string(run.id)},
                                          {"attempt", run.attempt},
                                          {"late_ms", late.count() / 1000}});
  tools_.observer.run_started(job, run, late);
}

void Announcer::ended(const Ended& ended) {
  const auto& [job, run, ownership, outcome, written] = ended;
  const auto state = outcome.state;
  tools_.metrics
      .counter("notes_cron_runs_total", "Attempts by how they ended.",
               {{"state", std::string(to_string(state))}})
      .increment();
  if (run.started_at) instruments_.duration.observe(seconds(tools_.clock.now() - *run.started_at));
  const auto id = to_string(run.id);
  if (succeeded(state)) {
    tools_.logger.debug("a run has succeeded", {{"job", job->name}, {"run", id}});
  } else {
    tools_.logger.warning("a run has not succeeded", {{"job", job->name},
                                                      {"run", id},
                                                      {"state", to_string(state)},
                                                      {"attempt", ownership.attempt},
                                                      {"error", outcome.error}});
  }
  if (state == RunState::retrying) return;
  std::optional<RunState> before;
  {
    const std::lock_guard lock(mutex_);
    auto& past = past_[job->name];
    before = past.verdict;
    if (is_verdict(state)) past.verdict = state;
    if (succeeded(state)) {
      past.success = tools_.clock.now();
      past.missed = false;
    }
  }
  tools_.observer.run_ended(*job, run, outcome, before);
}

void Announcer::look_for_missed(std::span<const JobDefinition> jobs) {
  const auto now = tools_.clock.now();
  std::vector<std::pair<const JobDefinition*, Timestamp>> overdue;
  {
    const std::lock_guard lock(mutex_);
    if (!recalled_) return;
    for (const auto& job : jobs) {
      if (!job.expect_within) continue;
      auto& past = past_[job.name];
      const auto last = past.success.value_or(began_at_);
      if (past.missed || now - last <= *job.expect_within) continue;
      past.missed = true;
      overdue.emplace_back(&job, last);
    }
  }
  for (const auto& [job, last] : overdue) {
    instruments_.missed.increment();
    tools_.logger.warning("a job has not succeeded in time",
                          {{"job", job->name}, {"last_success", to_string(last)}});
    tools_.observer.run_missed(*job, last);
  }
}

void Announcer::clock_held(std::chrono::microseconds jump) {
  tools_.logger.error(
      "the wall clock has jumped ahead: nothing fires until it comes back, the database's clock "
      "agrees, or `notes-cron resume --all` says that it is right",
      {{"jump_seconds", seconds(jump)}});
  tools_.observer.clock_held(jump);
}

}  // namespace notes::scheduler
