#include "scheduler/foreground.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "scheduler/attempt.hpp"
#include "scheduler/boot_clock.hpp"
#include "scheduler/executor.hpp"

namespace notes::scheduler {
namespace {

using std::chrono::milliseconds;

RunRecord begin(Ledger& ledger, const ForegroundRequest& request, const HolderId& owner) {
  // One at a terminal neither waits for others nor ends them.
  const auto overlap = request.job.overlap == Overlap::allow ? Overlap::allow : Overlap::skip;
  if (request.resume) {
    return ledger.resume(request.job.name, owner, request.owner_name, overlap, request.ttl);
  }
  return ledger.exec({.job = request.job.name,
                      .origin = Origin::exec,
                      .apply = request.apply,
                      .parameters = request.parameters},
                     owner, request.owner_name, overlap, request.ttl);
}

/// Tells the database again and again that the run's process lives.
class Heartbeat {
 public:
  /// `begun`: before the run's row was written, from which its time counts.
  Heartbeat(Ledger& ledger, telemetry::Logger& logger, const Ownership& run, milliseconds ttl,
            BootClock::time_point begun)
      : ledger_(ledger), logger_(logger), run_(run), ttl_(ttl), trusted_until_(begun + ttl) {}

  BootClock::time_point trusted_until() const { return trusted_until_; }

  /// Until the end; calls `lost` when the run is not ours any more.
  void work(const std::stop_token& over, const std::function<void()>& lost) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any ended;
    while (!ended.wait_for(lock, over, ttl_ / 5, [&] { return over.stop_requested(); })) {
      if (beat()) continue;
      lost();
      return;
    }
  }

 private:
  /// A database that does not answer is asked again as long as the run is ours.
  bool beat() {
    const auto started = BootClock::now();
    try {
      if (!ledger_.extend(run_, ttl_)) return false;
      trusted_until_ = started + ttl_;
    } catch (const Error& error) {
      logger_.warning("the run's sign of life could not be written", {{"error", error.what()}});
    }
    return BootClock::now() < trusted_until_.load();
  }

  Ledger& ledger_;
  telemetry::Logger& logger_;
  const Ownership run_;
  const milliseconds ttl_;
  std::atomic<BootClock::time_point> trusted_until_;
};

}  // namespace

ForegroundResult run_in_foreground(const ForegroundTools& tools, const ForegroundRequest& request,
                                   const std::stop_token& stop) {
  const auto owner = HolderId::make(tools.run.clock.now());
  const auto begun = BootClock::now();
  const auto record = begin(tools.ledger, request, owner);
  const Ownership ownership{record.id, owner, record.attempt};
  Heartbeat heartbeat(tools.ledger, tools.run.logger, ownership, request.ttl, begun);
  ForegroundResult result{.run = record};
  // What it is when it was stopped before it began.
  Attempt::Result ended{.outcome = Outcome{.state = RunState::cancelled, .error = "interrupted"}};
  {
    // One thread of the executor's, for its timeout.
    Executor executor(1, [&](Attempt& attempt) { ended = attempt.perform(); });
    executor.submit(std::make_unique<Attempt>(
        Attempt::Tools{.run = tools.run,
                       .ledger = tools.ledger,
                       .builtins = tools.builtins,
                       .variables = tools.variables,
                       .trusted_until = [&] { return heartbeat.trusted_until(); }},
        request.job, Attempt::Subject{.record = record}));
    const std::jthread beating([&](const std::stop_token& over) {
      heartbeat.work(over, [&] { executor.stop(record.id, StopReason::lost); });
    });
    const std::stop_callback stopped(stop, [&] { executor.stop(record.id, StopReason::person); });
    executor.wait_until_idle(std::chrono::steady_clock::time_point::max());
  }
  if (!ended.outcome) return result;
  const std::vector<Ledger::Ending> ending{{ownership, *ended.outcome}};
  if (ended.written || !tools.ledger.finish(ending).empty())
    result.outcome = std::move(ended.outcome);
  return result;
}

}  // namespace notes::scheduler
