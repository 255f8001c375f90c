#pragma once

#include <vector>

#include "cli/command.hpp"

namespace notes::server {

/// The commands about a server that runs, or would: routes, healthcheck.
std::vector<cli::Command> operator_commands();

}  // namespace notes::server
