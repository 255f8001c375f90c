#pragma once

#include <string>
#include <string_view>

#include "scheduler/run_record.hpp"

namespace notes::scheduler {

/// One JSON object (RFC 8259), its members in the order of their names: how parameters and counters
/// are stored and shown.
std::string to_json(const Parameters& parameters);
std::string to_json(const Counters& counters);

/// Reads what to_json() writes. Throws Error{internal} for anything else: nobody else writes these
/// columns.
Parameters parse_parameters(std::string_view json);
Counters parse_counters(std::string_view json);

}  // namespace notes::scheduler
