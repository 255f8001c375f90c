#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "cron/schedule.hpp"

namespace notes::cron {

/// The schedule in English: "At 03:15, every day", "Every 15 minutes", "At 09:00, on Monday to
/// Friday in March". The zone is not named; for DaylightSaving::utc the times are followed by UTC.
std::string describe(const Schedule& schedule);

/// A set of values as people say it: "1, 3 and 5", "9 to 17", "0 to 50 in steps of 10". `names`
/// (when not empty) stand for the values from `first_named` on.
std::string values_in_words(std::uint64_t values, std::span<const std::string_view> names = {},
                            int first_named = 0);

}  // namespace notes::cron
