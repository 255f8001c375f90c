#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace notes::cli {

enum class Request { run, help, version };

/// What a command line asks for.
struct Parsed {
  Request request = Request::run;
  const Command* command =
      nullptr;  ///< help: of this command, or of the program when there is none
  std::vector<std::string> arguments = {};
  Invocation::Values values = {};
};

/// Reads a command line (without the program's name). Options stand anywhere and may be repeated;
/// "--" ends them; what starts with a dash and a digit ("-1") is an argument. Throws Error{usage}
/// that says what is wrong, what was probably meant, and where help is.
Parsed parse(const App& app, std::span<const std::string> words);

/// Every option that a command takes: the program's, its own, and the settings it uses.
std::vector<Option> options_of(const App& app, const Command& command);

}  // namespace notes::cli
