#pragma once

#include "cli/command.hpp"

namespace notes::migrate {

/// The commands of the table in commands.cpp: each reads its options, makes one call of the library
/// and prints what it returned.
cli::ExitCode run_upgrade(const cli::Invocation& invocation);
cli::ExitCode run_downgrade(const cli::Invocation& invocation);
cli::ExitCode run_current(const cli::Invocation& invocation);
cli::ExitCode run_status(const cli::Invocation& invocation);
cli::ExitCode run_history(const cli::Invocation& invocation);
cli::ExitCode run_heads(const cli::Invocation& invocation);
cli::ExitCode run_branches(const cli::Invocation& invocation);
cli::ExitCode run_show(const cli::Invocation& invocation);
cli::ExitCode run_revision(const cli::Invocation& invocation);
cli::ExitCode run_merge(const cli::Invocation& invocation);
cli::ExitCode run_repair(const cli::Invocation& invocation);
cli::ExitCode run_stamp(const cli::Invocation& invocation);

}  // namespace notes::migrate
