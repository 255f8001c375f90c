#pragma once

#include <filesystem>

#include "config/variables.hpp"

namespace notes::migrate {

/// Opens the file in $VISUAL, else $EDITOR, and returns when the editor has ended. The variable is
/// a shell's command line ("code --wait"), as git and crontab read it. Throws Error{usage} when
/// neither is set or the editor did not end well.
void edit_file(const std::filesystem::path& file, const config::Variables& variables);

}  // namespace notes::migrate
