#pragma once

#include "cli/command.hpp"

namespace notes::migrate {

/// The rows of the command table for `backup`, which writes a database into a file, `restore`,
/// which puts it back, and `dump`, which shows how it is made.
cli::Command backup_command();
cli::Command restore_command();
cli::Command dump_command();

}  // namespace notes::migrate
