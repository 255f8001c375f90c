#pragma once

#include "cli/command.hpp"

namespace notes::server {

/// notes-server's command table.
cli::App app();

}  // namespace notes::server
