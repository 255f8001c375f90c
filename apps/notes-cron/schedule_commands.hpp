#pragma once

#include "cli/command.hpp"

namespace notes::cron_app {

/// The rows of the command table that read expressions and the file of jobs, and ask no database.
cli::Command explain_command();
cli::Command validate_command();
cli::Command next_command();
cli::Command list_command();
cli::Command show_command();

}  // namespace notes::cron_app
