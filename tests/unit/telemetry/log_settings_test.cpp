#include "telemetry/log_settings.hpp"

#include <doctest/doctest.h>

namespace notes::telemetry {
namespace {

using config::Environment;
using config::LogFormatSetting;
using config::LogLevelSetting;

TEST_CASE("each level setting is the level of that name") {
  CHECK(level_of(LogLevelSetting::debug) == Level::debug);
  CHECK(level_of(LogLevelSetting::info) == Level::info);
  CHECK(level_of(LogLevelSetting::warning) == Level::warning);
  CHECK(level_of(LogLevelSetting::error) == Level::error);
}

TEST_CASE("the format is JSON in production and text elsewhere, unless it is said") {
  const auto format = [](LogFormatSetting setting, Environment environment) {
    return format_of({.level = LogLevelSetting::info, .format = setting}, environment);
  };
  CHECK(format(LogFormatSetting::automatic, Environment::production) == LogFormat::json);
  CHECK(format(LogFormatSetting::automatic, Environment::development) == LogFormat::text);
  CHECK(format(LogFormatSetting::automatic, Environment::testing) == LogFormat::text);
  CHECK(format(LogFormatSetting::text, Environment::production) == LogFormat::text);
  CHECK(format(LogFormatSetting::json, Environment::development) == LogFormat::json);
}

}  // namespace
}  // namespace notes::telemetry
