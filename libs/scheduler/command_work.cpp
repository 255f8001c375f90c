#include "scheduler/command_work.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <sys/wait.h>

#include "base/duration.hpp"
#include "config/describe.hpp"
#include "scheduler/supervised_command.hpp"

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kVariable = "NOTES_CRON_";
constexpr std::string_view kParameterVariable = "NOTES_CRON_PARAM_";

std::string in_capitals(std::string_view name) {
  std::string capitals(name);
  std::transform(capitals.begin(), capitals.end(), capitals.begin(), [](unsigned char c) {
    return std::isalnum(c) != 0 ? static_cast<char>(std::toupper(c)) : '_';
  });
  return capitals;
}

std::string not_started(std::string_view program, int error) {
  if (error == ENOENT) return fmt::format("{}: there is no such program", program);
  return fmt::format("{}: {}", program, std::strerror(error));
}

/// How the command itself ended.
Outcome by_itself(int status) {
  Outcome outcome;
  if (WIFEXITED(status)) {
    outcome.exit_code = WEXITSTATUS(status);
    if (*outcome.exit_code == 0) return outcome;
    outcome.error = fmt::format("exited with status {}", *outcome.exit_code);
  } else {
    outcome.error = fmt::format("killed by signal {}", WTERMSIG(status));
  }
  outcome.state = RunState::failed;
  return outcome;
}

Outcome outcome_of(const Report& report, std::string_view program,
                   std::optional<std::chrono::milliseconds> timeout) {
  if (report.kind == Report::Kind::not_started) {
    return {.state = RunState::failed,
            .error = not_started(program, static_cast<int>(report.value))};
  }
  switch (report.cause) {
    case Report::Cause::itself:
      return by_itself(static_cast<int>(report.value));
    case Report::Cause::timeout:
      return {.state = RunState::failed,
              .error = fmt::format("timeout after {}", format_duration(timeout.value_or(0ms)))};
    case Report::Cause::stop:
      return {.state = RunState::cancelled, .error = "stopped"};
    case Report::Cause::distrust:
      return {.state = RunState::cancelled, .error = "stopped: the run may be another's by now"};
  }
  return {.state = RunState::lost};
}

}  // namespace

config::Variables command_environment(config::Variables variables, const RunRecord& run,
                                      std::optional<std::int64_t> epoch) {
  for (const auto& setting : config::described_settings()) {
    if (setting.exposure != config::Exposure::secret) continue;
    variables.erase(setting.variable);
    variables.erase(setting.variable_alias);
  }
  // What an outer run said of itself.
  std::erase_if(variables, [](const auto& variable) {
    return variable.first.starts_with(kParameterVariable);
  });
  const auto set = [&](std::string_view name, const std::optional<std::string>& value) {
    const auto variable = fmt::format("{}{}", kVariable, name);
    variables.erase(variable);
    if (value) variables[variable] = *value;
  };
  set("JOB", run.job);
  set("RUN", to_string(run.id));
  set("ATTEMPT", fmt::format("{}", run.attempt));
  set("APPLY", run.apply ? "true" : "false");
  set("EPOCH", epoch ? std::optional(fmt::format("{}", *epoch)) : std::nullopt);
  set("TICK", run.tick ? std::optional(run.tick->nominal) : std::nullopt);
  set("DUE", run.tick ? std::optional(to_string(run.tick->due_at)) : std::nullopt);
  for (const auto& [name, value] : run.parameters) {
    variables[fmt::format("{}{}", kParameterVariable, in_capitals(name))] = value;
  }
  return variables;
}

Outcome run_command(const CommandWork& work, const Run& run, const CommandOptions& options) {
  const auto end = run_supervised(
      {.arguments = work.arguments,
       .environment = command_environment(options.variables, run.record(), options.epoch),
       .grace = work.grace,
       .timeout = options.timeout,
       .trusted_until = options.trusted_until,
       .stop = run.stop(),
       .supervisor = options.supervisor});
  Outcome outcome{.state = RunState::lost,
                  .error = "the process that watched over the command was killed"};
  if (end.report) outcome = outcome_of(*end.report, work.arguments.front(), options.timeout);
  if (end.report && end.report->left_alive != 0) {
    outcome.error += outcome.error.empty() ? "" : "; ";
    outcome.error += "something that it began could not be killed";
  }
  outcome.output = end.output;
  return outcome;
}

}  // namespace notes::scheduler
