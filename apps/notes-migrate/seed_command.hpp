#pragma once

#include "cli/command.hpp"

namespace notes::migrate {

/// The row of the command table for `seed`, which puts the rows of YAML files into the database.
cli::Command seed_command();

}  // namespace notes::migrate
