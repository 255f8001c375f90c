#pragma once

#include "cli/command.hpp"

namespace notes::cron_app {

/// The rows of the command table that tell what was, and is.
cli::Command history_command();
cli::Command runs_command();
cli::Command logs_command();
cli::Command status_command();

}  // namespace notes::cron_app
