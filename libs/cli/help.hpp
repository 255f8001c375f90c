#pragma once

#include <string>

#include "cli/command.hpp"

namespace notes::cli {

/// What `--help` prints of a program: its commands and the options of all of them.
std::string help_text(const App& app);

/// What `COMMAND --help` prints.
std::string help_text(const App& app, const Command& command);

}  // namespace notes::cli
