#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.hpp"
#include "cli/command.hpp"

namespace notes::cron_app {

// The options that several commands share: one name means one thing everywhere.

cli::Option count_option();
cli::Option from_option();
cli::Option to_option();
cli::Option since_option();
cli::Option apply_option();
cli::Option param_option();
cli::Option all_option();
cli::Option catch_up_option();

/// The value of -n; Error{usage} unless it is 1..100000.
std::size_t count_of(const cli::Invocation& invocation, std::size_t otherwise);

/// A moment as people write it: RFC 3339 with an offset, or a local time of `zone`
/// ("2025-11-02T01:30", "2025-11-02 01:30:00", "2025-11-02"): of two equal ones the first, of one
/// that the clock leaves out the moment after the gap. Throws Error{usage} that names `option`.
Timestamp moment(std::string_view text, std::string_view zone, std::string_view option);

/// The moment that the option names; nullopt when it was not given. A duration ("24h") is so long
/// before `now`.
std::optional<Timestamp> moment_option(const cli::Invocation& invocation, std::string_view option,
                                       std::string_view zone, Timestamp now);

}  // namespace notes::cron_app
