#include "commands.hpp"

#include <string>
#include <string_view>

#include "cli/completion.hpp"
#include "cli/manual.hpp"
#include "cli/settings.hpp"
#include "control_commands.hpp"
#include "db/url.hpp"
#include "exec_command.hpp"
#include "history_commands.hpp"
#include "json.hpp"
#include "run_command.hpp"
#include "schedule_commands.hpp"

namespace notes::cron_app {
namespace {

std::string redacted(std::string_view url) { return db::Url::parse(url).redacted(); }

}  // namespace

cli::App app() {
  return {
      .name = "notes-cron",
      .version = NOTES_VERSION,
      .summary =
          "runs jobs on time: one leader among any number of replicas, none twice, none lost",
      .options = {{.name = "json",
                   .help = "print one JSON object and nothing else on standard output"}},
      .commands = {run_command(), exec_command(), trigger_command(), list_command(), show_command(),
                   next_command(), history_command(), runs_command(), logs_command(),
                   status_command(), pause_command(), resume_command(), validate_command(),
                   explain_command(), backfill_command(), step_down_command(),
                   cli::config_show_command(redacted), cli::completion_command(),
                   cli::manual_command()},
      .sections = {"database", "cron", "log"},
      .error_object = [](const Error& error, cli::ExitCode code) { return json_of(error, code); },
  };
}

}  // namespace notes::cron_app
