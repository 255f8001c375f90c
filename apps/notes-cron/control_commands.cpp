#include "control_commands.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "json.hpp"
#include "options.hpp"
#include "scheduler/planner.hpp"
#include "workbench.hpp"

namespace notes::cron_app {
namespace {

using scheduler::JobDefinition;
using scheduler::Ledger;

Ledger::Request request_for(const cli::Invocation& invocation, const Workbench& bench,
                            const JobDefinition& job, scheduler::Origin origin) {
  return {.job = job.name,
          .origin = origin,
          .apply = job.apply || applies(invocation, bench.catalog(), job),
          .parameters = parameters_of(invocation, bench.catalog(), job)};
}

/// The leader runs what its file names.
void require_in_file(const Catalog& catalog, const JobDefinition& job) {
  const auto& jobs = catalog.file().jobs;
  const bool named = std::any_of(jobs.begin(), jobs.end(),
                                 [&](const auto& each) { return each.name == job.name; });
  if (named) return;
  throw Error(ErrorCode::not_found,
              fmt::format("{} does not name the job '{}', and the leader runs only what it names; "
                          "'notes-cron exec {}' runs it here",
                          catalog.path().string(), job.name, job.name));
}

cli::ExitCode run_trigger(const cli::Invocation& invocation) {
  Workbench bench(invocation);
  const auto job = bench.catalog().find(invocation.argument(0).value());
  require_in_file(bench.catalog(), job);
  const auto run =
      bench.ledger().trigger(request_for(invocation, bench, job, scheduler::Origin::trigger));
  invocation.out().write(invocation.has("json") ? json_of(run, "")
                                                : fmt::format("run {} of {} is asked for\n",
                                                              to_string(run.id), run.job));
  return cli::ExitCode::ok;
}

/// The job that is named, or all. Throws Error{usage} unless it is one or the other.
std::string target_of(const cli::Invocation& invocation, const Workbench& bench) {
  const auto name = invocation.argument(0);
  if (invocation.has("all") == name.has_value())
    throw Error(ErrorCode::usage, "name a job, or say --all");
  return name ? bench.catalog().find(*name).name : std::string(scheduler::kAllJobs);
}

std::string named(const std::string& target) {
  return target == scheduler::kAllJobs ? "every job" : target;
}

cli::ExitCode run_pause(const cli::Invocation& invocation) {
  Workbench bench(invocation);
  const auto target = target_of(invocation, bench);
  const auto now = bench.clock().now();
  std::optional<Timestamp> until;
  if (const auto text = invocation.value("until")) {
    until = moment(*text, "UTC", "until");
    if (*until <= now)
      throw Error(ErrorCode::usage, fmt::format("--until: {} is over", to_string(*until)));
  }
  bench.ledger().pause(target, {.since = now, .until = until, .by = holder_name()});
  invocation.out().write(
      invocation.has("json")
          ? changed_json(true)
          : fmt::format("{} is paused{}\n", named(target),
                        until ? " until " + to_string(*until) : ": notes-cron resume ends it"));
  return cli::ExitCode::ok;
}

std::vector<scheduler::Tick> ticks_between(const JobDefinition& job, Timestamp from, Timestamp to) {
  constexpr std::size_t kMost = 100'000;
  std::vector<scheduler::Tick> ticks;
  for (auto after = from;;) {
    const auto tick = scheduler::tick_after(job, after);
    if (!tick || tick->due_at > to) return ticks;
    if (ticks.size() == kMost) {
      throw Error(ErrorCode::refused,
                  fmt::format("job {}: more than {} ticks between {} and {}; ask for less at once",
                              job.name, kMost, to_string(from), to_string(to)));
    }
    ticks.push_back(*tick);
    after = tick->due_at;
  }
}

/// Since when the target has been paused; nullopt when it is not.
std::optional<Timestamp> paused_since(Workbench& bench, const std::string& target) {
  for (const auto& state : bench.history().jobs()) {
    if (state.name == target && state.pause) return state.pause->since;
  }
  return std::nullopt;
}

/// Asks for runs of the ticks that a pause has kept from running.
std::size_t make_up(const cli::Invocation& invocation, Workbench& bench, const std::string& target,
                    Timestamp since) {
  std::size_t count = 0;
  for (const auto& job : bench.catalog().file().jobs) {
    if (target != scheduler::kAllJobs && job.name != target) continue;
    if (!job.schedule) continue;
    const auto request = request_for(invocation, bench, job, scheduler::Origin::backfill);
    count +=
        bench.ledger().backfill(request, ticks_between(job, since, bench.clock().now())).size();
  }
  return count;
}

cli::ExitCode run_resume(const cli::Invocation& invocation) {
  Workbench bench(invocation);
  const auto target = target_of(invocation, bench);
  const auto since = paused_since(bench, target);
  const bool resumed = bench.ledger().resume_job(target);
  const auto made_up = resumed && since && invocation.has("catch-up")
                           ? make_up(invocation, bench, target, *since)
                           : 0;
  if (invocation.has("json")) {
    invocation.out().write(changed_json(resumed));
    return cli::ExitCode::ok;
  }
  auto text = fmt::format("{} {}", named(target), resumed ? "goes on" : "was not paused");
  if (made_up > 0) text += fmt::format("; {} missed ticks are asked for", made_up);
  invocation.out().write(text + "\n");
  return cli::ExitCode::ok;
}

cli::ExitCode run_backfill(const cli::Invocation& invocation) {
  Workbench bench(invocation);
  const auto job = bench.catalog().find(invocation.argument(0).value());
  require_in_file(bench.catalog(), job);
  if (!job.schedule)
    throw Error(ErrorCode::usage, fmt::format("job {} has no schedule: it has no ticks", job.name));
  const auto zone = job.schedule->timezone();
  const auto now = bench.clock().now();
  const auto from = moment_option(invocation, "from", zone, now);
  const auto to = moment_option(invocation, "to", zone, now);
  if (!from || !to) throw Error(ErrorCode::usage, "backfill needs --from TIME and --to TIME");
  if (*to > now)
    throw Error(ErrorCode::usage, fmt::format("--to: {} is still to come", to_string(*to)));
  const auto runs =
      bench.ledger().backfill(request_for(invocation, bench, job, scheduler::Origin::backfill),
                              ticks_between(job, *from, *to));
  if (invocation.has("json")) {
    invocation.out().write(json_of(runs));
    return cli::ExitCode::ok;
  }
  std::string text;
  for (const auto& run : runs) {
    text += fmt::format("{}  {}\n", to_string(run.id), run.tick ? run.tick->nominal : "");
  }
  invocation.out().write(text +
                         fmt::format("{} runs of {} are asked for\n", runs.size(), job.name));
  return cli::ExitCode::ok;
}

cli::ExitCode run_step_down(const cli::Invocation& invocation) {
  Workbench bench(invocation);
  const bool asked = bench.ledger().ask_to_step_down();
  invocation.out().write(invocation.has("json") ? changed_json(asked)
                         : asked                ? "the leader is asked to step down\n"
                                                : "nobody leads\n");
  return cli::ExitCode::ok;
}

}  // namespace

cli::Command trigger_command() {
  return {.name = "trigger",
          .arguments = "JOB",
          .summary = "ask the leader to run a job now",
          .options = {apply_option(), param_option()},
          .settings = cli::Settings::used,
          .run = run_trigger};
}

cli::Command pause_command() {
  return {.name = "pause",
          .arguments = "[JOB]",
          .summary = "let the ticks of a job, or of all, pass without a run",
          .options = {all_option(),
                      {.name = "until",
                       .value_name = "TIME",
                       .help = "RFC 3339 or a time in UTC: from then on it goes on by itself"}},
          .settings = cli::Settings::used,
          .run = run_pause};
}

cli::Command resume_command() {
  return {.name = "resume",
          .arguments = "[JOB]",
          .summary = "end a pause, or believe a clock that has jumped (--all)",
          .options = {all_option(), catch_up_option()},
          .settings = cli::Settings::used,
          .run = run_resume};
}

cli::Command backfill_command() {
  return {.name = "backfill",
          .arguments = "JOB",
          .summary = "ask for runs of the ticks of a time that have not been run",
          .options = {from_option(), to_option(), apply_option(), param_option()},
          .settings = cli::Settings::used,
          .run = run_backfill};
}

cli::Command step_down_command() {
  return {.name = "step-down",
          .summary = "ask the leader to hand over to another",
          .settings = cli::Settings::used,
          .run = run_step_down};
}

}  // namespace notes::cron_app
