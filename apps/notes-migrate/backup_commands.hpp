#pragma once

#include "cli/command.hpp"

namespace notes::migrate {

/// The rows of the command table for `backup`, which writes a database into a file, and `restore`,
/// which puts it back.
cli::Command backup_command();
cli::Command restore_command();

}  // namespace notes::migrate
