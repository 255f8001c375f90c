#pragma once

#include <string_view>

#include "cron/fields.hpp"

namespace notes::cron {

/// Reads five fields, or six with leading seconds, into sets. `job` is the name that H derives its
/// values from: the lowest accepted value plus FNV-1a-64 of "<field>:<job>" modulo how many values
/// there are (docs/cron-expressions.md); the same in every version. Throws Error{usage} that names
/// the field, the value and what is accepted, and for fields that no date meets.
Fields parse_fields(std::string_view text, std::string_view job);

/// What @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually stand for: five
/// fields. Throws Error{usage} for another word, with the closest of these, and for @reboot.
std::string_view expand_shorthand(std::string_view word);

}  // namespace notes::cron
