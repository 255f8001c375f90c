#pragma once

#include "cli/command.hpp"

namespace notes::cli {

/// Runs the program: reads the command line, runs its command and returns the exit status. The one
/// place where what a command throws ends: it is printed to standard error as "NAME: error: …".
/// Also answers --help, -h, `help [COMMAND]` and --version, ignores SIGPIPE, and fails when
/// standard output could not be written (a full disk).
int run_main(int argc, const char* const* argv, const App& app);

}  // namespace notes::cli
