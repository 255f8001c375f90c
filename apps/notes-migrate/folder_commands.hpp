#pragma once

#include "cli/command.hpp"

namespace notes::migrate {

/// The commands that read and write the folder of migrations. Only `history -i`, and `show` of what
/// is named from where the database stands, connect to it.
cli::ExitCode run_init(const cli::Invocation& invocation);
cli::ExitCode run_revision(const cli::Invocation& invocation);
cli::ExitCode run_merge(const cli::Invocation& invocation);
cli::ExitCode run_edit(const cli::Invocation& invocation);
cli::ExitCode run_history(const cli::Invocation& invocation);
cli::ExitCode run_heads(const cli::Invocation& invocation);
cli::ExitCode run_branches(const cli::Invocation& invocation);
cli::ExitCode run_show(const cli::Invocation& invocation);

}  // namespace notes::migrate
