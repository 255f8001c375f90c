#include "scheduler/attempt.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "scheduler/command_work.hpp"
#include "scheduler/retry.hpp"
#include "scheduler/sql_work.hpp"

namespace notes::scheduler {
namespace {

Ownership ownership_of(const RunRecord& record) {
  return {.run = record.id, .owner = record.owner.value(), .attempt = record.attempt};
}

const BuiltinJob& find(std::span<const BuiltinJob> builtins, const std::string& name) {
  const auto found = std::find_if(builtins.begin(), builtins.end(),
                                  [&](const BuiltinJob& job) { return job.name == name; });
  if (found != builtins.end()) return *found;
  throw Error(ErrorCode::usage,
              fmt::format("there is no built-in job \"{}\" in this program", name));
}

}  // namespace

Attempt::Attempt(const Tools& tools, const JobDefinition& job, const Subject& subject)
    : tools_(tools),
      job_(job),
      epoch_(subject.epoch),
      turn_(subject.turn),
      run_(tools.run, subject.record, ownership_of(subject.record), stop_.get_token()) {}

void Attempt::stop(StopReason reason) {
  auto none = StopReason::none;
  reason_.compare_exchange_strong(none, reason);
  stop_.request_stop();
}

Attempt::Result Attempt::perform() {
  const telemetry::LogScope job_scope("job", job_.name);
  const telemetry::LogScope run_scope("run", to_string(record().id));
  try {
    return work();
  } catch (const Error& error) {
    return failed(&error, error.what());
  } catch (const std::exception& error) {
    return failed(nullptr, error.what());
  }
}

Attempt::Result Attempt::work() {
  if (const auto* builtin = std::get_if<BuiltinWork>(&job_.work)) return run_builtin(*builtin);
  if (const auto* command = std::get_if<CommandWork>(&job_.work)) return run_command(*command);
  const auto& file = std::get<SqlWork>(job_.work);
  return {.outcome = run_sql_work(file, run_, tools_.ledger), .written = true};
}

Attempt::Result Attempt::run_builtin(const BuiltinWork& builtin) {
  find(tools_.builtins, builtin.name).run(run_);
  return ended(RunState::succeeded, "");
}

Attempt::Result Attempt::run_command(const CommandWork& command) {
  auto outcome = scheduler::run_command(command, run_,
                                        {.variables = tools_.variables,
                                         .trusted_until = tools_.trusted_until,
                                         .timeout = job_.timeout,
                                         .epoch = epoch_});
  // Ended because we asked, or because the lease ran out under it before anybody asked.
  if (outcome.state == RunState::cancelled) {
    auto result = failed(nullptr, "it was ended");
    if (result.outcome) result.outcome->output = std::move(outcome.output);
    return result;
  }
  if (outcome.state == RunState::failed) outcome = retried(std::move(outcome));
  return {.outcome = std::move(outcome)};
}

/// What is made of work that did not come to its own end.
Attempt::Result Attempt::failed(const Error* error, const char* what) {
  if (error != nullptr && error->code() == ErrorCode::stale) return {};
  switch (reason_.load()) {
    case StopReason::lost:
    case StopReason::shutdown:
    case StopReason::replaced:
      return {};
    case StopReason::person:
      return ended(RunState::cancelled, "interrupted");
    case StopReason::timeout:
      return ended(RunState::failed,
                   fmt::format("timeout after {}", format_duration(job_.timeout.value())));
    case StopReason::none:
      break;
  }
  auto result = ended(RunState::failed, what);
  const bool database_lost =
      error != nullptr && error->code() == ErrorCode::unreachable && run_.transaction_failed();
  if (database_lost && epoch_) {
    // Not the job's failure: it goes on from what its row says, as after a crash. The row also
    // knows whether the last chunk was counted.
    result.outcome->counters.clear();
    result.outcome->state = RunState::retrying;
    result.outcome->not_before =
        run_.clock().now() + retry_delay(job_, record().id, record().attempt);
  }
  return result;
}

Attempt::Result Attempt::ended(RunState state, std::string error) {
  Outcome outcome{.state = state,
                  .error = std::move(error),
                  .output = run_.output(),
                  .counters = run_.counters()};
  if (state == RunState::failed) outcome = retried(std::move(outcome));
  return {.outcome = std::move(outcome)};
}

/// A failure that is not the last word, when the job is to be tried again.
Outcome Attempt::retried(Outcome outcome) const {
  if (!epoch_ || !may_retry(job_, record().attempt)) return outcome;
  outcome.state = RunState::retrying;
  outcome.not_before = run_.clock().now() + retry_delay(job_, record().id, record().attempt);
  return outcome;
}

}  // namespace notes::scheduler
