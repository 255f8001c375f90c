#pragma once

#include "cli/command.hpp"

namespace notes::cron_app {

/// The rows of the command table that ask something of the leader, whoever that is.
cli::Command trigger_command();
cli::Command pause_command();
cli::Command resume_command();
cli::Command backfill_command();
cli::Command step_down_command();

}  // namespace notes::cron_app
