#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "config/variables.hpp"

namespace notes::config {

/// A setting given on the command line; the name stands without its dashes: "port", "config-dir".
struct Flag {
  std::string name;
  std::string value;
};

/// Flag and variable that name the folder of the YAML files.
inline constexpr std::string_view kDirectoryFlag = "config-dir";
inline constexpr std::string_view kDirectoryVariable = "NOTES_CONFIG_DIR";

/// Where values come from.
struct Sources {
  Variables variables = {};  ///< the environment; an empty value counts as not set
  std::vector<Flag> flags = {};
  std::filesystem::path directory =
      ".";  ///< holds .env, and config/ unless that is named otherwise
  /// The top-level keys that this program uses ("database", "log"); what files, environment and
  /// flags say under others is not read, and production does not require it. Empty: all, and
  /// unknown keys are refused.
  std::vector<std::string_view> sections = {};
};

/// The settings, and for each of described_settings() where its value came from: "default",
/// "config/default.yaml:3:9",
/// ".env:2 PORT", "environment PORT", "flag --port".
struct Loaded {
  Settings settings;
  std::vector<std::string> origins;
};

/// Reads the settings: a flag beats the environment, which beats .env, config/<environment>.yaml,
/// config/default.yaml and the built-in default. Files that are not there are fine. Throws one
/// Error{usage} that names everything found wrong: the place, the key, the value (secrets
/// excepted), what is accepted, and what an unknown name was probably meant to be.
Loaded load(const Sources& sources);

}  // namespace notes::config
