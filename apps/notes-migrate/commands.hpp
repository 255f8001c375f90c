#pragma once

#include "cli/command.hpp"

namespace notes::migrate {

/// notes-migrate's command table.
cli::App app();

}  // namespace notes::migrate
