#pragma once

#include "cli/command.hpp"

namespace notes::migrate {

enum class ScriptWork { upgrade, downgrade, stamp };

/// What the command does with --sql: prints the script instead of running anything. For REV what
/// the database needs is asked of it; for a range FROM:TO it is taken to stand at FROM, and not
/// asked.
cli::ExitCode print_script(const cli::Invocation& invocation, ScriptWork work);

}  // namespace notes::migrate
