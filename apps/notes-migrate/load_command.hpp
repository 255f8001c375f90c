#pragma once

#include "cli/command.hpp"

namespace notes::migrate {

/// The row of the command table for `load`, which puts the records of a file into a table.
cli::Command load_command();

}  // namespace notes::migrate
