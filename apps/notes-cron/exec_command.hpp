#pragma once

#include "cli/command.hpp"

namespace notes::cron_app {

/// The row of the command table for `exec`, which runs one job here and now.
cli::Command exec_command();

}  // namespace notes::cron_app
