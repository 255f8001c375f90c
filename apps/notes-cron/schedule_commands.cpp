#include "schedule_commands.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "base/error.hpp"
#include "catalog.hpp"
#include "cli/table.hpp"
#include "cron/describe.hpp"
#include "cron/warnings.hpp"
#include "cron/zone.hpp"
#include "job_text.hpp"
#include "json.hpp"
#include "options.hpp"
#include "scheduler/planner.hpp"

namespace notes::cron_app {
namespace {

using scheduler::JobDefinition;

constexpr std::size_t kDefaultCount = 10;

cron::DaylightSaving dst_of(const cli::Invocation& invocation) {
  const auto given = invocation.value("dst");
  if (!given) return cron::DaylightSaving::vixie;
  for (const auto& [name, dst] : cron::kDaylightSavings) {
    if (name == *given) return dst;
  }
  throw Error(ErrorCode::usage,
              fmt::format("--dst: expected vixie, skip, wall or utc, got '{}'", *given));
}

cli::ExitCode run_explain(const cli::Invocation& invocation) {
  const auto schedule = cron::Schedule::parse(
      invocation.argument(0).value(), {.name = invocation.value("name").value_or("explain"),
                                       .timezone = invocation.value("timezone").value_or("UTC"),
                                       .dst = dst_of(invocation)});
  const auto zone = schedule.timezone();
  const auto now = SystemClock().now();
  const auto from = moment_option(invocation, "from", zone, now).value_or(now);
  const auto warnings = cron::warnings(schedule, from);
  std::vector<std::string> next;
  auto after = from;
  for (auto left = count_of(invocation, kDefaultCount); left > 0; --left) {
    const auto fire = schedule.next(after);
    if (!fire) break;
    next.push_back(cron::local_time(fire->at, zone));
    after = fire->at;
  }
  if (invocation.has("json")) {
    invocation.out().write(explanation_json(next, warnings));
    return cli::ExitCode::ok;
  }
  auto text = fmt::format("{} ({})\n", cron::describe(schedule), zone);
  for (const auto& fire : next) text += "  " + fire + "\n";
  for (const auto& warning : warnings) text += "warning: " + warning + "\n";
  invocation.out().write(text);
  return cli::ExitCode::ok;
}

/// "1 job", "2 jobs"
std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

cli::ExitCode run_validate(const cli::Invocation& invocation) {
  const auto named = invocation.argument(0);
  // With a file named, the settings are not asked where it is.
  const auto settings = named ? config::Settings() : settings_without_database(invocation);
  const Catalog catalog(invocation, settings);
  const auto path = named.value_or(catalog.path().string());
  const auto file = catalog.inspect(path);
  const auto code = file.problems.empty() ? cli::ExitCode::ok : cli::ExitCode::usage;
  if (invocation.has("json")) {
    invocation.out().write(json_of(file, path));
    return code;
  }
  std::string text;
  for (const auto& problem : file.problems) text += to_string(problem) + "\n";
  for (const auto& warning : file.warnings) {
    text += fmt::format("{}: warning: {}\n", config::to_string(warning.place), warning.text);
  }
  invocation.out().write(text + fmt::format("{}: {}, {}, {}\n", path,
                                            counted(file.jobs.size(), "job"),
                                            counted(file.problems.size(), "problem"),
                                            counted(file.warnings.size(), "warning")));
  return code;
}

std::vector<JobDefinition> scheduled(const Catalog& catalog,
                                     const std::optional<std::string>& name) {
  if (name) return {catalog.find(*name)};
  return catalog.file().jobs;
}

cli::ExitCode run_next(const cli::Invocation& invocation) {
  Catalog catalog(invocation, settings_without_database(invocation));
  catalog.read();
  const auto jobs = scheduled(catalog, invocation.argument(0));
  const auto count = count_of(invocation, kDefaultCount);
  const auto now = SystemClock().now();
  std::vector<ComingTick> ticks;
  for (const auto& job : jobs) {
    if (!job.schedule) continue;
    const auto zone = job.schedule->timezone();
    auto after = moment_option(invocation, "from", zone, now).value_or(now);
    for (std::size_t i = 0; i < count; ++i) {
      const auto tick = scheduler::tick_after(job, after);
      if (!tick) break;
      ticks.push_back({job.name, *tick, cron::local_time(tick->due_at, zone)});
      after = tick->due_at;
    }
  }
  std::stable_sort(ticks.begin(), ticks.end(), [](const auto& left, const auto& right) {
    return left.tick.due_at < right.tick.due_at;
  });
  if (ticks.size() > count) ticks.resize(count);
  if (invocation.has("json")) {
    invocation.out().write(json_of(ticks));
    return cli::ExitCode::ok;
  }
  cli::Table table({"AT", "JOB"});
  for (const auto& each : ticks) table.add({each.local, each.job});
  invocation.out().write(table.text());
  return cli::ExitCode::ok;
}

ListedJob listed(const Catalog& catalog, const JobDefinition& job) {
  return {
      .job = job, .builtin = catalog.builtin_of(job), .next = next_fire(job, SystemClock().now())};
}

cli::ExitCode run_list(const cli::Invocation& invocation) {
  Catalog catalog(invocation, settings_without_database(invocation));
  catalog.read();
  std::vector<ListedJob> jobs;
  for (const auto& job : catalog.file().jobs) jobs.push_back(listed(catalog, job));
  if (invocation.has("json")) {
    invocation.out().write(json_of(jobs));
    return cli::ExitCode::ok;
  }
  cli::Table table({"JOB", "KIND", "NEXT", "SCHEDULE"});
  for (const auto& each : jobs) {
    table.add({each.job.name, std::string(kind_of(each.job)), each.next.value_or("-"),
               each.job.schedule ? cron::describe(*each.job.schedule) : "only when asked for"});
  }
  invocation.out().write(table.text());
  return cli::ExitCode::ok;
}

void add_builtin(cli::Table& table, const scheduler::BuiltinJob& builtin,
                 const JobDefinition& job) {
  table.add({"does", builtin.summary});
  if (builtin.destructive) table.add({"apply", job.apply ? "yes" : "no: it only counts"});
  for (const auto& parameter : builtin.parameters) {
    const auto given = job.parameters.find(parameter.name);
    const auto& value = given == job.parameters.end() ? parameter.default_value : given->second;
    table.add({"param " + parameter.name, fmt::format("{} ({})", value, parameter.help)});
  }
}

cli::ExitCode run_show(const cli::Invocation& invocation) {
  Catalog catalog(invocation, settings_without_database(invocation));
  catalog.read();
  const auto each = listed(catalog, catalog.find(invocation.argument(0).value()));
  if (invocation.has("json")) {
    invocation.out().write(json_of(each));
    return cli::ExitCode::ok;
  }
  const auto& job = each.job;
  cli::Table table;
  table.add({"job", job.name});
  table.add({std::string(kind_of(job)), work_text(job)});
  if (each.builtin != nullptr) {
    add_builtin(table, *each.builtin, job);
  } else {
    for (const auto& [name, value] : job.parameters) table.add({"param " + name, value});
  }
  if (job.schedule) {
    table.add({"schedule",
               fmt::format("{} ({})", cron::describe(*job.schedule), job.schedule->timezone())});
  }
  table.add({"next", each.next.value_or("only when asked for")});
  table.add({"overlap", std::string(to_string(job.overlap))});
  table.add({"catch_up", std::string(to_string(job.catch_up))});
  table.add({"timeout", job.timeout ? format_duration(*job.timeout) : "none"});
  table.add({"retries", std::to_string(job.retries)});
  invocation.out().write(table.text());
  return cli::ExitCode::ok;
}

}  // namespace

cli::Command explain_command() {
  return {.name = "explain",
          .arguments = "EXPR",
          .summary = "say in English what a schedule means, when it fires next, and what to beware",
          .options = {{.name = "timezone", .value_name = "ZONE", .help = "its zone (default: UTC)"},
                      {.name = "dst",
                       .value_name = "POLICY",
                       .help = "vixie, skip, wall or utc, see docs/scheduling.md (default: vixie)"},
                      {.name = "name",
                       .value_name = "JOB",
                       .help = "the job's name, from which H takes its values"},
                      from_option(),
                      count_option()},
          .settings = cli::Settings::used,
          .run = run_explain};
}

cli::Command validate_command() {
  return {.name = "validate",
          .arguments = "[FILE]",
          .summary = "check a file of jobs: every problem with its place; exit 1 when there is one",
          .settings = cli::Settings::used,
          .run = run_validate};
}

cli::Command next_command() {
  return {.name = "next",
          .arguments = "[JOB]",
          .summary = "show the next ticks of a job, or of all",
          .options = {from_option(), count_option()},
          .settings = cli::Settings::used,
          .run = run_next};
}

cli::Command list_command() {
  return {.name = "list",
          .summary = "show the jobs of the file, and when each comes next",
          .settings = cli::Settings::used,
          .run = run_list};
}

cli::Command show_command() {
  return {.name = "show",
          .arguments = "JOB",
          .summary = "show one job with all that the file says of it",
          .settings = cli::Settings::used,
          .run = run_show};
}

}  // namespace notes::cron_app
