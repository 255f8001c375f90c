#pragma once

#include <vector>

#include "cli/command.hpp"

namespace notes::server {

/// `user …` and `token …`: accounts from the command line, where no password is asked for but the
/// database's. They work on the database alone and need no server.
std::vector<cli::Command> account_commands();

}  // namespace notes::server
