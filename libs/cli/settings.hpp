#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "config/show.hpp"

namespace notes::cli {

/// The options of the settings in these sections (all when empty): the short name where there is
/// one ("--port"), and the full one ("--server-port") too.
std::vector<Option> setting_options(std::span<const std::string_view> sections);

/// The command `config show`: every setting, its value and where that came from, secrets hidden.
Command config_show_command(config::RedactUrl redact_url);

/// The command `config check`: reads the settings as the program would, and ends with all that is
/// wrong with them.
Command config_check_command(config::RedactUrl redact_url);

/// The command `config example`: a YAML file with every setting.
Command config_example_command();

}  // namespace notes::cli
