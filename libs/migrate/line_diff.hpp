#pragma once

#include <string>
#include <string_view>

namespace notes::migrate {

/// What changed between two texts, for a person: the lines from the first difference to the last,
/// "-" in front of the old ones and "+" in front of the new ones, with the number of the first.
/// Long runs are cut. Empty for equal texts.
std::string line_diff(std::string_view before, std::string_view after);

}  // namespace notes::migrate
