#include "history_commands.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "cli/table.hpp"
#include "job_text.hpp"
#include "json.hpp"
#include "options.hpp"
#include "workbench.hpp"

namespace notes::cron_app {
namespace {

using scheduler::RunRecord;

constexpr std::size_t kDefaultRuns = 20;

/// To the second, for tables.
std::string shown(Timestamp moment) { return to_string(moment).substr(0, 19) + "Z"; }

std::string took(const RunRecord& run) {
  if (!run.started_at || !run.finished_at) return "";
  return format_duration(
      std::chrono::milliseconds(milliseconds_between(*run.started_at, *run.finished_at)));
}

std::string details(const RunRecord& run) {
  return run.error.empty() ? counters_text(run.counters) : run.error;
}

scheduler::HistoryFilter filter_of(const cli::Invocation& invocation, const Workbench& bench) {
  scheduler::HistoryFilter filter;
  filter.job = invocation.argument(0);
  filter.unsuccessful_only = invocation.has("failed");
  filter.since = moment_option(invocation, "since", "UTC", bench.clock().now());
  filter.limit = count_of(invocation, kDefaultRuns);
  return filter;
}

cli::ExitCode run_history(const cli::Invocation& invocation) {
  Workbench bench(invocation);
  const auto filter = filter_of(invocation, bench);
  const auto runs = bench.history().runs(filter);
  auto skipped = bench.history().skipped(filter);
  if (invocation.has("json")) {
    invocation.out().write(json_of(runs, skipped));
    return cli::ExitCode::ok;
  }
  std::vector<std::pair<Timestamp, std::vector<std::string>>> rows;
  for (const auto& run : runs) {
    rows.push_back({run.created_at,
                    {shown(run.created_at), run.job, std::string(to_string(run.state)), took(run),
                     to_string(run.id), details(run)}});
  }
  for (const auto& each : skipped) {
    rows.push_back(
        {each.tick.due_at, {shown(each.tick.due_at), each.job, "skipped", "", "", each.reason}});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& left, const auto& right) { return left.first > right.first; });
  cli::Table table({"AT", "JOB", "STATE", "TOOK", "RUN", "DETAILS"});
  for (std::size_t at = 0; at < std::min(rows.size(), filter.limit); ++at) {
    table.add(std::move(rows[at].second));
  }
  invocation.out().write(table.text());
  return cli::ExitCode::ok;
}

cli::ExitCode show_run(const cli::Invocation& invocation, const RunRecord& run) {
  cli::Table table;
  table.add({"run", to_string(run.id)});
  table.add({"job", run.job});
  table.add({"origin", std::string(to_string(run.origin))});
  if (run.tick) table.add({"tick", run.tick->nominal});
  table.add({"state", std::string(to_string(run.state))});
  table.add({"attempt", std::to_string(run.attempt)});
  table.add({"apply", run.apply ? "yes" : "no"});
  for (const auto& [name, value] : run.parameters) table.add({"param " + name, value});
  if (!run.owner_name.empty()) table.add({"by", run.owner_name});
  table.add({"created", to_string(run.created_at)});
  if (run.started_at) table.add({"started", to_string(*run.started_at)});
  if (run.not_before) table.add({"not before", to_string(*run.not_before)});
  if (run.finished_at) table.add({"finished", to_string(*run.finished_at)});
  if (!run.checkpoint.empty()) table.add({"checkpoint", run.checkpoint});
  if (!run.counters.empty()) table.add({"counted", counters_text(run.counters)});
  if (run.exit_code) table.add({"exit code", std::to_string(*run.exit_code)});
  if (!run.error.empty()) table.add({"error", run.error});
  invocation.out().write(table.text());
  return cli::ExitCode::ok;
}

cli::ExitCode run_runs(const cli::Invocation& invocation) {
  Workbench bench(invocation);
  if (const auto name = invocation.argument(0)) {
    const auto run = bench.history().find(*name);
    if (!invocation.has("json")) return show_run(invocation, run);
    invocation.out().write(json_of(run, bench.history().output(run.id)));
    return cli::ExitCode::ok;
  }
  const auto runs = bench.history().runs({.limit = count_of(invocation, kDefaultRuns)});
  if (invocation.has("json")) {
    invocation.out().write(json_of(runs));
    return cli::ExitCode::ok;
  }
  cli::Table table({"RUN", "JOB", "ORIGIN", "STATE", "ATTEMPT", "CREATED", "BY"});
  for (const auto& run : runs) {
    table.add({to_string(run.id), run.job, std::string(to_string(run.origin)),
               std::string(to_string(run.state)), std::to_string(run.attempt),
               shown(run.created_at), run.owner_name});
  }
  invocation.out().write(table.text());
  return cli::ExitCode::ok;
}

cli::ExitCode run_logs(const cli::Invocation& invocation) {
  Workbench bench(invocation);
  const auto run = bench.history().find(invocation.argument(0).value());
  const auto output = bench.history().output(run.id);
  invocation.out().write(invocation.has("json") ? json_of(run, output) : output);
  return cli::ExitCode::ok;
}

Status status_of(Workbench& bench) {
  scheduler::LeaderLease lease(db::Url::parse(bench.settings().database.url.reveal()),
                               bench.settings().database, std::string(scheduler::kSchedulerLease),
                               {}, holder_name(), bench.settings().cron.lease_ttl);
  Status status{.lease = lease.look(), .now = bench.clock().now()};
  const auto successes = bench.history().last_successes();
  auto runs = bench.history().last_runs();
  for (auto& state : bench.history().jobs()) {
    if (state.name == scheduler::kAllJobs) {
      status.pause_of_all = state.pause;
      continue;
    }
    JobStatus job;
    if (const auto run = runs.find(state.name); run != runs.end()) job.last_run = run->second;
    if (const auto run = successes.find(state.name); run != successes.end())
      job.last_success = run->second.finished_at;
    job.state = std::move(state);
    status.jobs.push_back(std::move(job));
  }
  constexpr std::size_t kMostLive = 1000;
  status.live = bench.history().runs({.live_only = true, .limit = kMostLive});
  return status;
}

std::string paused_text(const std::optional<scheduler::Pause>& pause) {
  if (!pause) return "";
  return pause->until ? "until " + shown(*pause->until) : "paused";
}

/// How far behind now the job is that has come least far: its next tick is overdue by so much.
std::chrono::milliseconds lag_of(const Catalog& catalog, const Status& status) {
  std::chrono::milliseconds lag{0};
  for (const auto& job : status.jobs) {
    if (job.state.schedule.empty()) continue;
    const auto& known = catalog.file().jobs;
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const auto& each) { return each.name == job.state.name; });
    if (found == known.end() || !found->schedule) continue;
    const auto due = found->schedule->next(job.state.watermark);
    if (due && due->at < status.now)
      lag = std::max(lag, std::chrono::milliseconds(milliseconds_between(due->at, status.now)));
  }
  return lag;
}

cli::ExitCode run_status(const cli::Invocation& invocation) {
  Workbench bench(invocation);
  auto status = status_of(bench);
  status.lag = lag_of(bench.catalog(), status);
  const auto code = status.led() ? cli::ExitCode::ok : cli::ExitCode::pending;
  if (invocation.has("json")) {
    invocation.out().write(json_of(status));
    return code;
  }
  cli::Table head;
  if (status.led()) {
    head.add({"leader", status.lease->holder_name});
    head.add({"epoch",
              fmt::format("{}, since {}", status.lease->epoch, shown(status.lease->acquired_at))});
    head.add({"lease",
              fmt::format("renewed {} ms ago", milliseconds_between(status.lease->renewed_at,
                                                                    status.lease->database_now))});
  } else {
    head.add({"leader", "none: nothing is run"});
  }
  head.add({"lag", format_duration(status.lag)});
  if (status.pause_of_all) head.add({"all jobs", paused_text(status.pause_of_all)});
  const auto running = std::count_if(status.live.begin(), status.live.end(), [](const auto& run) {
    return run.state == scheduler::RunState::running;
  });
  head.add({"runs", fmt::format("{} running, {} waiting", running,
                                static_cast<std::ptrdiff_t>(status.live.size()) - running)});
  cli::Table table({"JOB", "LAST SUCCESS", "LAST RUN", "PAUSED"});
  for (const auto& job : status.jobs) {
    if (job.state.schedule.empty() && !job.last_run) continue;
    table.add({job.state.name, job.last_success ? shown(*job.last_success) : "never",
               job.last_run ? std::string(to_string(job.last_run->state)) : "",
               paused_text(job.state.pause)});
  }
  invocation.out().write(head.text() + "\n" + table.text());
  return code;
}

}  // namespace

cli::Command history_command() {
  return {.name = "history",
          .arguments = "[JOB]",
          .summary = "show past runs, and the ticks that were skipped with the reason",
          .options = {{.name = "failed", .help = "only what did not succeed"},
                      since_option(),
                      count_option()},
          .settings = cli::Settings::used,
          .run = run_history};
}

cli::Command runs_command() {
  return {.name = "runs",
          .arguments = "[RUN]",
          .summary = "show the newest runs, or one with everything that is known of it",
          .options = {count_option()},
          .settings = cli::Settings::used,
          .run = run_runs};
}

cli::Command logs_command() {
  return {.name = "logs",
          .arguments = "RUN",
          .summary = "print what a run has printed; RUN is its id or the end of it",
          .settings = cli::Settings::used,
          .run = run_logs};
}

cli::Command status_command() {
  return {.name = "status",
          .summary =
              "show who leads, how far behind it is, and each job's last success; exit 3 "
              "when nobody leads",
          .settings = cli::Settings::used,
          .run = run_status};
}

}  // namespace notes::cron_app
