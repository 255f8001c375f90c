#include "scheduler/scheduler.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "scheduler/announcer.hpp"
#include "scheduler/executor.hpp"
#include "scheduler/history.hpp"
#include "scheduler/lease_keeper.hpp"
#include "scheduler/ledger.hpp"
#include "scheduler/recorder.hpp"
#include "scheduler/term.hpp"
#include "scheduler/watchdog.hpp"

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

/// The tick loop comes round at least this often.
constexpr milliseconds kBeat = 500ms;
/// What ends within this is not held up by a shutdown.
constexpr milliseconds kMoment = 300ms;
/// EX_SOFTWARE of sysexits.h.
constexpr int kStalledStatus = 70;

/// For the ledger: few sessions, and little patience, as the tick loop must come round.
config::DatabaseSettings hasty(config::DatabaseSettings settings) {
  settings.pool_size = 2;
  settings.max_overflow = 2;
  settings.acquire_timeout = std::min<milliseconds>(settings.acquire_timeout, 2s);
  settings.connect_timeout = std::min<milliseconds>(settings.connect_timeout, 2s);
  settings.busy_timeout = std::min<milliseconds>(settings.busy_timeout, 400ms);
  settings.max_retries = std::min(settings.max_retries, 2U);
  return settings;
}

/// How the lease is kept there. PostgreSQL tells its followers; SQLite's have to look.
LeaseKeeper::Options keeping(const db::Url& url, const config::CronSettings& settings) {
  const bool one_file = url.engine() == db::Engine::sqlite;
  return {.ttl = settings.lease_ttl,
          .renewal = settings.lease_renewal,
          .look = one_file ? std::min<milliseconds>(settings.lease_renewal, 100ms)
                           : settings.lease_renewal,
          .lock_keeps_lease = one_file};
}

}  // namespace

struct Scheduler::State {
  State(const Tools& given, Options chosen);

  void run(const std::stop_token& stop);
  void turn();
  void follow_lease();
  void begin_term(std::int64_t epoch);
  void work_term();
  void recall();
  void end_term(const std::string& why);
  void break_off();
  void hand_over();
  void wait(const std::stop_token& stop);
  void wake();

  // Of other threads.
  void perform(Attempt& attempt);
  void recorded(const std::vector<Ended>& batch);
  void lease_lost(const std::string& why);
  void stalled(milliseconds age);
  [[noreturn]] void die();
  std::unique_ptr<Attempt> attempt(const JobDefinition& job, const Attempt::Subject& subject);

  const Tools tools;
  const Options options;
  const HolderId holder;
  // The pool's numbers are not the jobs' pool's, which has their names in the program's metrics.
  telemetry::Metrics own_metrics;
  db::Database database;
  Ledger ledger;
  History history;
  LeaderLease lease;
  Announcer announcer;
  RunObserver no_observer;
  ClockGuard guard;

  std::mutex mutex;
  // guards: woken, attempts_ended, lost_why, health, turned
  std::condition_variable_any came;
  bool woken = false;
  bool attempts_ended = false;
  std::string lost_why;
  Health health;
  Steady::time_point turned = Steady::now();

  // The attempts use all of these until the last one has ended.
  std::optional<LeaseKeeper> keeper;
  Recorder recorder;
  Executor executor;
  std::jthread recalling;
  std::optional<Watchdog> watchdog;
  std::optional<Term> term;
  std::int64_t requests_seen = 0;
  microseconds idle_for{0};
};

Scheduler::State::State(const Tools& given, Options chosen)
    : tools(given),
      options(std::move(chosen)),
      holder(HolderId::make(given.clock.now())),
      database(hasty(options.database), given.logger, own_metrics),
      ledger(database, given.clock),
      history(database),
      lease(db::Url::parse(options.database.url.reveal()), options.database,
            std::string(kSchedulerLease), holder, options.holder_name, options.cron.lease_ttl),
      announcer({history, given.clock, given.logger, given.metrics, given.observer}),
      guard(options.cron.clock_jump_limit),
      recorder(ledger, given.logger, [this](const auto& batch) { recorded(batch); }),
      executor(options.cron.concurrency, [this](Attempt& one) { perform(one); }) {}

Scheduler::Scheduler(const Tools& tools, Options options)
    : state_(std::make_unique<State>(tools, std::move(options))) {}

Scheduler::~Scheduler() = default;

void Scheduler::run(const std::stop_token& stop) { state_->run(stop); }

Health Scheduler::health() const {
  Health health;
  {
    const std::lock_guard lock(state_->mutex);
    health = state_->health;
    health.tick_age = std::chrono::duration_cast<milliseconds>(Steady::now() - state_->turned);
  }
  const auto load = state_->executor.load();
  health.running = load.running;
  health.waiting = load.waiting;
  return health;
}

void Scheduler::State::run(const std::stop_token& stop) {
  auto kept = keeping(database.url(), options.cron);
  kept.changed = [this] { wake(); };
  kept.lost = [this](auto, const auto& why) { lease_lost(why); };
  keeper.emplace(lease, tools.logger, std::move(kept));
  watchdog.emplace(Watchdog::Options{.limit = options.cron.stall_limit,
                                     .look = [this] { keeper->check(); },
                                     .stalled = [this](milliseconds age) { stalled(age); }});
  while (!stop.stop_requested()) {
    turn();
    wait(stop);
  }
  hand_over();
}

/// One round of the tick loop.
void Scheduler::State::turn() {
  watchdog->beat();
  idle_for = kBeat;
  try {
    follow_lease();
    if (term) work_term();
  } catch (const Error& error) {
    // A busy database is asked again at the next round. Any other failure leaves unknown what was
    // written: a new term begins from what the rows say.
    if (error.code() == ErrorCode::locked || error.code() == ErrorCode::overloaded) {
      tools.logger.warning("the scheduler waits for the database", {{"error", error.what()}});
      idle_for = 50ms;
    } else if (term) {
      end_term(error.what());
    }
  }
  const std::lock_guard lock(mutex);
  turned = Steady::now();
  health.leader = term.has_value();
  health.epoch = term ? term->epoch() : 0;
  health.held = term && term->held();
  health.lag = std::chrono::duration_cast<milliseconds>(term ? term->lag() : 0us);
}

/// Begins and ends the term as the lease does.
void Scheduler::State::follow_lease() {
  keeper->check();
  const auto epoch = keeper->term();
  if (term && epoch != term->epoch()) {
    std::string why;
    {
      const std::lock_guard lock(mutex);
      why = lost_why;
    }
    end_term(why);
  }
  if (!term && epoch) begin_term(*epoch);
}

void Scheduler::State::begin_term(std::int64_t epoch) {
  // How runs of the last term ended goes into their rows before they are taken over.
  recorder.drain(Steady::now() + kMoment);
  requests_seen = keeper->seen()->state.requests;
  term.emplace(Term::Tools{.jobs = options.jobs,
                           .ledger = ledger,
                           .clock = tools.clock,
                           .executor = executor,
                           .announcer = announcer,
                           .guard = guard,
                           .attempt = [this](const auto& job,
                                             const auto& subject) { return attempt(job, subject); },
                           .give_up = [this](Ended ended) { recorder.add(std::move(ended)); },
                           .keep_watermarks = options.keep_watermarks},
               Leadership{.holder = holder, .epoch = epoch});
}

void Scheduler::State::recall() {
  try {
    announcer.recall();
  } catch (const Error& error) {
    tools.logger.warning("how jobs ended before could not be read", {{"error", error.what()}});
  }
}

void Scheduler::State::work_term() {
  const auto seen = keeper->seen();
  if (seen && tools.database.url().engine() == db::Engine::postgresql) {
    term->hear_clock(seen->state.database_now, seen->at);
  }
  if (seen && seen->state.requests != requests_seen) {
    term->read_requests();
    requests_seen = seen->state.requests;  // not of those that a busy database has kept from us
  }
  bool ended = false;
  {
    const std::lock_guard lock(mutex);
    ended = std::exchange(attempts_ended, false);
  }
  if (ended) term->attempts_ended();
  const bool begins = !term->begun();
  idle_for = term->turn(kBeat);
  // A long history takes its time to read: beside the loop.
  if (begins) recalling = std::jthread([this] { recall(); });
}

void Scheduler::State::end_term(const std::string& why) {
  const auto epoch = term->epoch();
  const bool begun = term->begun();
  term.reset();
  if (keeper->term() == epoch) {
    keeper->abandon(epoch);
    break_off();
  }
  if (begun) announcer.term_ended(epoch, why);
  if (!begun)
    tools.logger.warning("a term ended before it began", {{"epoch", epoch}, {"why", why}});
}

/// Whoever stands by leads before anything here is wound up.
void Scheduler::State::hand_over() {
  keeper->resign(Steady::now() + options.cron.lease_ttl);
  if (term && term->begun()) announcer.term_ended(term->epoch(), "it is shutting down");
  term.reset();
  const auto deadline = Steady::now() + options.cron.shutdown_timeout;
  if (!executor.wait_until_idle(std::min(Steady::now() + kMoment, deadline))) {
    executor.stop_all(StopReason::shutdown);
  }
  while (!executor.wait_until_idle(std::min(Steady::now() + kBeat, deadline))) {
    watchdog->beat();
    if (Steady::now() < deadline) continue;
    tools.logger.error("runs did not end in time: the process ends under them",
                       {{"runs", std::uint64_t{executor.load().running}}});
    die();
  }
  recorder.drain(Steady::now() + kBeat);
  watchdog.reset();
}

void Scheduler::State::wait(const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  came.wait_for(lock, stop, idle_for, [this] { return woken; });
  woken = false;
}

void Scheduler::State::wake() {
  const std::lock_guard lock(mutex);
  woken = true;
  came.notify_all();
}

std::unique_ptr<Attempt> Scheduler::State::attempt(const JobDefinition& job,
                                                   const Attempt::Subject& subject) {
  const Attempt::Tools with{.run = {tools.database, tools.clock, tools.logger, no_observer},
                            .ledger = ledger,
                            .builtins = options.builtins,
                            .variables = options.variables,
                            .trusted_until = [this] { return keeper->trusted_until(); }};
  return std::make_unique<Attempt>(with, job, subject);
}

void Scheduler::State::perform(Attempt& attempt) {
  announcer.started(attempt.job(), attempt.record(), attempt.turn());
  auto [outcome, written] = attempt.perform();
  if (!outcome && attempt.stop_reason() == StopReason::replaced) {
    outcome = Outcome{.state = RunState::cancelled, .error = "replaced by a newer run"};
    written = true;
  }
  if (!outcome) return;
  recorder.add({.job = &attempt.job(),
                .run = attempt.record(),
                .ownership = attempt.ownership(),
                .outcome = *std::move(outcome),
                .written = written});
}

void Scheduler::State::recorded(const std::vector<Ended>& batch) {
  for (const auto& ended : batch) {
    if (ended.job != nullptr) announcer.ended(ended);
  }
  const std::lock_guard lock(mutex);
  attempts_ended = true;
  woken = true;
  came.notify_all();
}

/// From the keeper's thread or the watchdog's.
void Scheduler::State::lease_lost(const std::string& why) {
  {
    const std::lock_guard lock(mutex);
    lost_why = why;
  }
  break_off();
}

/// Nothing of the term may go on, nor wait for a database that does not answer.
void Scheduler::State::break_off() {
  executor.stop_all(StopReason::lost);
  tools.database.disconnect();
  database.disconnect();
}

void Scheduler::State::stalled(milliseconds age) {
  tools.logger.error("the tick loop has stalled, and the process ends so that another one leads",
                     {{"seconds", std::chrono::duration<double>(age).count()}});
  die();
}

void Scheduler::State::die() {
  // The log is written by a thread of its own.
  std::mutex nobody;
  std::unique_lock lock(nobody);
  std::condition_variable().wait_for(lock, 200ms);
  ::_exit(kStalledStatus);
}

}  // namespace notes::scheduler
