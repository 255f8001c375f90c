#include "scheduler/term.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

/// Runs whose process is gone, of `exec` and those whose rows were locked at the take-over, are
/// looked for this often.
constexpr auto kTakeOverInterval = 5s;
/// What waits for a run of another process is tried again this often.
constexpr auto kWaitingInterval = 1s;
constexpr auto kMissedInterval = 1s;

constexpr const char* kHeldBy = "the scheduler: its clock has jumped ahead";

std::vector<JobState> in_use(const std::vector<JobDefinition>& jobs) {
  std::vector<JobState> states;
  for (const auto& job : jobs) {
    // A job without a schedule has a row too, so that it can be paused and locked.
    states.push_back({.name = job.name,
                      .schedule = job.schedule ? job.schedule->canonical() : "on demand",
                      .watermark = {}});
  }
  return states;
}

std::vector<std::string> at_most_once(const std::vector<JobDefinition>& jobs) {
  std::vector<std::string> names;
  for (const auto& job : jobs) {
    const auto* command = std::get_if<CommandWork>(&job.work);
    if (command != nullptr && command->semantics == Semantics::at_most_once) {
      names.push_back(job.name);
    }
  }
  return names;
}

const Pause* pause_of_all(const std::vector<JobState>& states) {
  const auto found = std::find_if(states.begin(), states.end(),
                                  [](const JobState& state) { return state.name == kAllJobs; });
  return found == states.end() || !found->pause ? nullptr : &*found->pause;
}

/// What a waiting run does about the others of its job. Retries and made-up ticks come one after
/// the other; what a person asked for follows the job's rule.
Overlap overlap_of(const JobDefinition& job, const RunRecord& run) {
  if (job.overlap == Overlap::allow) return Overlap::allow;
  return run.origin == Origin::trigger && run.state == RunState::queued ? job.overlap
                                                                        : Overlap::queue;
}

Timestamp turn_of(const JobDefinition& job, const RunRecord& run) {
  if (run.not_before) return *run.not_before;
  if (run.tick && run.origin == Origin::schedule)
    return run.tick->due_at + jitter_of(job, *run.tick);
  return run.created_at;
}

}  // namespace

Term::Term(const Tools& tools, const Leadership& leadership)
    : tools_(tools),
      leadership_(leadership),
      planner_(tools.jobs),
      at_most_once_(at_most_once(tools.jobs)) {
  for (const auto& job : tools_.jobs) by_name_.emplace(job.name, &job);
}

void Term::begin() {
  const auto states = tools_.ledger.adopt(leadership_, in_use(tools_.jobs), tools_.keep_watermarks);
  planner_.begin(states);
  const auto* pause = pause_of_all(states);
  if (pause != nullptr && pause->by == kHeldBy) end_hold();  // of another one, or another term
  take_over();
  begun_ = true;
  tools_.announcer.term_began(leadership_.epoch);
}

microseconds Term::turn(microseconds longest) {
  if (!begun_) begin();
  if (hold_for_clock()) return longest;
  const auto now = tools_.clock.now();
  claim(now);
  if (due(took_over_, kTakeOverInterval)) take_over();
  const bool retry = next_retry_ && *next_retry_ <= now;
  if (look_at_waiting_ || retry || (something_waits_ && due(waited_, kWaitingInterval))) {
    begin_waiting(now);
  }
  if (due(looked_for_missed_, kMissedInterval)) tools_.announcer.look_for_missed(tools_.jobs);
  auto wait = longest;
  if (!portion_.decisions.empty()) wait = 0us;
  if (const auto next = planner_.next_turn()) wait = std::min(wait, *next - tools_.clock.now());
  if (next_retry_) wait = std::min(wait, *next_retry_ - tools_.clock.now());
  return std::max(wait, 0us);
}

void Term::read_requests() {
  const auto states = tools_.ledger.jobs();
  const auto* pause = pause_of_all(states);
  if (held_ && pause == nullptr) {
    tools_.guard.accept(tools_.clock.now(), BootClock::now());
  }
  planner_.set_pauses(states);
  look_at_waiting_ = true;
}

void Term::hear_clock(Timestamp other, BootClock::time_point at) {
  if (!held_) return;
  const auto boot = BootClock::now();
  tools_.guard.confirm(tools_.clock.now(),
                       other + std::chrono::duration_cast<microseconds>(boot - at), boot);
}

microseconds Term::lag() const {
  const auto next = planner_.next_turn();
  return next ? std::max(tools_.clock.now() - *next, 0us) : 0us;
}

/// True while the wall clock is not believed. Everybody can see the hold, as a pause of all; a
/// pause that somebody asked for stays theirs.
bool Term::hold_for_clock() {
  const auto jump = tools_.guard.observe(tools_.clock.now(), BootClock::now());
  if (jump && !held_) {
    if (pause_of_all(tools_.ledger.jobs()) == nullptr) {
      tools_.ledger.pause(kAllJobs, {.since = tools_.clock.now(), .by = kHeldBy});
    }
    held_ = true;
    tools_.announcer.clock_held(*jump);
  } else if (!jump && held_) {
    end_hold();
  }
  return held_;
}

void Term::end_hold() {
  tools_.ledger.resume_job(kAllJobs, kHeldBy);
  planner_.set_pauses(tools_.ledger.jobs());
  held_ = false;
}

/// Decides and writes one portion of what is due. One that the database was too busy for is written
/// the next time.
void Term::claim(Timestamp now) {
  if (portion_.decisions.empty()) portion_ = planner_.decide(now);
  if (portion_.decisions.empty()) return;
  const auto claimed = tools_.ledger.claim(leadership_, portion_.decisions, portion_.watermarks);
  const auto portion = std::exchange(portion_, {});
  for (const auto& run : claimed.replaced) tools_.executor.stop(run, StopReason::replaced);
  for (const auto& run : claimed.started) {
    if (const auto* job = find(run.job)) start(run, turn_of(*job, run));
  }
  something_waits_ = something_waits_ || !claimed.queued.empty();
  announce_skipped(portion, claimed);
}

void Term::announce_skipped(const Planner::Portion& portion, const Claimed& claimed) {
  using Key = std::tuple<std::string_view, std::string_view, int>;
  std::set<Key> run;
  for (const auto* runs : {&claimed.started, &claimed.queued}) {
    for (const auto& one : *runs) run.emplace(one.job, one.tick->nominal, one.tick->fold);
  }
  for (const auto& decision : portion.decisions) {
    const auto* job = find(decision.job);
    if (!decision.skip_reason.empty()) {
      tools_.announcer.skipped(*job, decision.tick, decision.skip_reason);
    } else if (!run.contains({decision.job, decision.tick.nominal, decision.tick.fold})) {
      // Or it has its row from before, when a claim was written whose answer got lost.
      tools_.announcer.skipped(*job, decision.tick, "overlap");
    }
  }
}

void Term::take_over() {
  took_over_ = std::chrono::steady_clock::now();
  for (const auto& run : tools_.ledger.take_over(leadership_, at_most_once_)) {
    const auto* job = find(run.job);
    if (run.state == RunState::running) {
      start(run, tools_.clock.now());
    } else if (job != nullptr) {
      tools_.give_up({.job = job,
                      .run = run,
                      .ownership = {},
                      .outcome = {.state = run.state, .error = run.error},
                      .written = true});
    }
    look_at_waiting_ = true;
  }
}

void Term::begin_waiting(Timestamp now) {
  bool something_waits = false;
  std::optional<Timestamp> next_retry;
  std::set<std::string, std::less<>> busy;
  for (const auto& run : tools_.ledger.waiting()) {
    const auto* job = find(run.job);
    if (job == nullptr) continue;  // not in the file any more: it waits until it is again
    if (run.not_before && *run.not_before > now) {
      next_retry = std::min(next_retry.value_or(*run.not_before), *run.not_before);
      continue;
    }
    if (busy.contains(run.job) || tools_.executor.room() == 0) {
      something_waits = true;
      continue;
    }
    const auto overlap = overlap_of(*job, run);
    if (overlap != Overlap::allow) busy.insert(run.job);
    auto begun = tools_.ledger.begin(leadership_, run.id, overlap);
    if (!begun) {
      something_waits = true;
      continue;
    }
    for (const auto& other : begun->replaced) tools_.executor.stop(other, StopReason::replaced);
    start(begun->run, turn_of(*job, run));
  }
  // Only now: where a call above throws, all of it is looked at again.
  look_at_waiting_ = false;
  something_waits_ = something_waits;
  next_retry_ = next_retry;
  waited_ = std::chrono::steady_clock::now();
}

void Term::start(const RunRecord& run, Timestamp turn) {
  if (const auto* job = find(run.job)) {
    tools_.executor.submit(
        tools_.attempt(*job, {.record = run, .epoch = leadership_.epoch, .turn = turn}));
    return;
  }
  tools_.give_up({.job = nullptr,
                  .run = run,
                  .ownership = {run.id, leadership_.holder, run.attempt},
                  .outcome = {.state = RunState::failed,
                              .error = "the job is not in the file of jobs any more"}});
}

const JobDefinition* Term::find(const std::string& job) const {
  const auto found = by_name_.find(job);
  return found == by_name_.end() ? nullptr : found->second;
}

/// True once in an interval.
bool Term::due(std::chrono::steady_clock::time_point& last, std::chrono::milliseconds interval) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last < interval) return false;
  last = now;
  return true;
}

}  // namespace notes::scheduler
