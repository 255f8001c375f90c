#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cron/schedule.hpp"

namespace notes::cron {

/// What a person may not have meant by the schedule, in sentences: days joined by OR, a step that
/// does not divide its range, dates that some months lack, '*' before a fixed hour, and the next
/// times after `from`, within three years, that a change of the clock leaves out or repeats, with
/// what the policy does about them.
std::vector<std::string> warnings(const Schedule& schedule, Timestamp from = SystemClock().now());

}  // namespace notes::cron
