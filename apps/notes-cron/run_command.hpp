#pragma once

#include "cli/command.hpp"

namespace notes::cron_app {

/// The row of the command table for `run`, the scheduler itself.
cli::Command run_command();

}  // namespace notes::cron_app
