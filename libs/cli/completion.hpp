#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/command.hpp"

namespace notes::cli {

enum class Shell { bash, zsh, fish };

/// nullopt for a shell that is not known.
std::optional<Shell> shell_named(std::string_view name);

/// A script that teaches the shell the program's commands and options; values are completed as
/// files. bash 4, zsh 5, fish 3.
std::string completion_script(const App& app, Shell shell);

/// The command `completion SHELL`, which prints it.
Command completion_command();

}  // namespace notes::cli
