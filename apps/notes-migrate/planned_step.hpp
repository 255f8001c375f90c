#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "migrate/migrator.hpp"
#include "migrate/script.hpp"
#include "workbench.hpp"

namespace notes::migrate {

/// The steps of a rehearsal with their SQL: from the folder, or from the history where that has no
/// file. Throws what History::source throws.
std::vector<PlannedStep> planned(const Workbench& bench, const Picture& picture,
                                 const Report& rehearsal);

/// The text with four blanks in front of each line.
std::string indented(std::string_view text);

}  // namespace notes::migrate
