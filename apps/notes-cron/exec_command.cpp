#include "exec_command.hpp"

#include <fmt/format.h>

#include "json.hpp"
#include "options.hpp"
#include "run_progress.hpp"
#include "scheduler/foreground.hpp"
#include "workbench.hpp"

namespace notes::cron_app {
namespace {

using scheduler::RunState;

scheduler::ForegroundRequest request_for(const cli::Invocation& invocation,
                                         const Workbench& bench) {
  scheduler::ForegroundRequest request{.job = bench.catalog().find(invocation.argument(0).value()),
                                       .resume = invocation.has("resume"),
                                       .owner_name = holder_name()};
  request.apply = applies(invocation, bench.catalog(), request.job);
  request.parameters = parameters_of(invocation, bench.catalog(), request.job);
  // Nobody waits here for another run to end, or ends one: somebody at a terminal decides.
  request.job.overlap = invocation.has("force") ? scheduler::Overlap::allow : request.job.overlap;
  return request;
}

cli::ExitCode exit_code(const scheduler::ForegroundResult& result) {
  if (!result.outcome) return cli::ExitCode::interrupted;
  switch (result.outcome->state) {
    case RunState::succeeded:
      return cli::ExitCode::ok;
    case RunState::cancelled:
      return cli::ExitCode::interrupted;
    case RunState::failed:
    case RunState::lost:
    case RunState::skipped:
    case RunState::queued:
    case RunState::running:
    case RunState::retrying:
      return cli::ExitCode::usage;
  }
  return cli::ExitCode::internal;
}

void print(const cli::Invocation& invocation, const scheduler::ForegroundResult& result,
           scheduler::History& history) {
  const auto& run = result.run;
  if (invocation.has("json")) {
    const auto ended = history.find(to_string(run.id));
    invocation.out().write(json_of(ended, history.output(run.id)));
    return;
  }
  if (result.outcome) invocation.out().write(result.outcome->output);
  auto& error = invocation.console().error;
  if (!result.outcome) {
    error.write(fmt::format("run {} was taken over by somebody else\n", to_string(run.id)));
  } else if (result.outcome->state != RunState::succeeded) {
    error.write(fmt::format("notes-cron: error: job {}: run {} {}: {}\n", run.job,
                            to_string(run.id), to_string(result.outcome->state),
                            result.outcome->error));
  }
}

cli::ExitCode exec(const cli::Invocation& invocation) {
  Workbench bench(invocation);
  const auto request = request_for(invocation, bench);
  scheduler::ForegroundResult result;
  {
    RunProgress progress(invocation);
    result = scheduler::run_in_foreground(
        {.run = {bench.database(), bench.clock(), bench.logger(), progress},
         .ledger = bench.ledger(),
         .builtins = bench.catalog().builtins(),
         .variables = invocation.variables()},
        request, bench.stop());
  }
  print(invocation, result, bench.history());
  return exit_code(result);
}

}  // namespace

cli::Command exec_command() {
  return {.name = "exec",
          .arguments = "JOB",
          .summary =
              "run one job here and now, and wait for it; exit 1 when it failed, 6 when "
              "another run of it is alive",
          .options = {apply_option(),
                      param_option(),
                      {.name = "resume", .help = "go on with the newest run that stopped half-way"},
                      {.name = "force", .help = "run it though another run of it is alive"}},
          .settings = cli::Settings::used,
          .run = exec};
}

}  // namespace notes::cron_app
