#pragma once

#include "config/settings.hpp"
#include "telemetry/log.hpp"

namespace notes::telemetry {

Level level_of(config::LogLevelSetting setting);

/// `automatic` is JSON in production, where machines read, and text elsewhere.
LogFormat format_of(const config::LogSettings& settings, config::Environment environment);

}  // namespace notes::telemetry
