#pragma once

#include <string>

#include "cli/command.hpp"

namespace notes::cli {

/// The program's manual page in section 1 (groff_man(7)), from its command table.
std::string manual_page(const App& app);

/// The command `man`, which prints it.
Command manual_command();

}  // namespace notes::cli
