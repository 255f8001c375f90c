#pragma once

#include "cli/command.hpp"

namespace notes::migrate {

/// The commands that bring a database from one revision to another, or tell where it stands: each
/// reads its options, makes one call of the library and prints what it returned.
cli::ExitCode run_upgrade(const cli::Invocation& invocation);
cli::ExitCode run_downgrade(const cli::Invocation& invocation);
cli::ExitCode run_stamp(const cli::Invocation& invocation);
cli::ExitCode run_repair(const cli::Invocation& invocation);
cli::ExitCode run_plan(const cli::Invocation& invocation);
cli::ExitCode run_wait(const cli::Invocation& invocation);
cli::ExitCode run_current(const cli::Invocation& invocation);
cli::ExitCode run_status(const cli::Invocation& invocation);

}  // namespace notes::migrate
