#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace notes::config {

/// What may be shown of a value.
enum class Exposure {
  open,          ///< all of it
  secret,        ///< nothing
  database_url,  ///< all but the password in it
};

/// Whether a deployment has to give a value itself.
enum class InProduction { optional, required };

/// One setting: all that files, environment, flags, help and messages need to know of it.
struct Setting {
  std::string key;             ///< in files and messages: "server.port"
  std::string variable;        ///< in the environment: "NOTES_SERVER_PORT"
  std::string variable_alias;  ///< "PORT", or empty
  std::string flag;  ///< without its dashes: "server-port"; empty when the command line has none
  std::string flag_alias;  ///< "port", or empty
  std::string accepted;    ///< "0..65535", "debug, info, warning or error": ends "expected …"
  std::string help;        ///< one line
  Exposure exposure = Exposure::open;
  InProduction in_production = InProduction::optional;
  std::string way_out;  ///< how to give a value, for settings that production requires

  /// Reads a value from text; false, and nothing changed, when the text is not accepted.
  std::function<bool(Settings&, std::string_view)> assign;
  /// The value as assign() reads it back: not redacted.
  std::function<std::string(const Settings&)> text;
};

/// Every setting, in the order in which `config show` and the example file list them.
const std::vector<Setting>& described_settings();

/// The names of the environments APP_ENV accepts; the file config/<name>.yaml goes with each.
std::string_view to_string(Environment environment);

}  // namespace notes::config
