#pragma once

#include "cli/command.hpp"

namespace notes::cron_app {

/// notes-cron's command table.
cli::App app();

}  // namespace notes::cron_app
