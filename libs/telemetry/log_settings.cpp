#include "telemetry/log_settings.hpp"

namespace notes::telemetry {

Level level_of(config::LogLevelSetting setting) {
  switch (setting) {
    case config::LogLevelSetting::debug:
      return Level::debug;
    case config::LogLevelSetting::info:
      return Level::info;
    case config::LogLevelSetting::warning:
      return Level::warning;
    case config::LogLevelSetting::error:
      return Level::error;
  }
  return Level::info;
}

LogFormat format_of(const config::LogSettings& settings, config::Environment environment) {
  switch (settings.format) {
    case config::LogFormatSetting::json:
      return LogFormat::json;
    case config::LogFormatSetting::text:
      return LogFormat::text;
    case config::LogFormatSetting::automatic:
      break;
  }
  return environment == config::Environment::production ? LogFormat::json : LogFormat::text;
}

}  // namespace notes::telemetry
