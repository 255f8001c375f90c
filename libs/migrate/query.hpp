#pragma once

#include <string>
#include <vector>

#include "db/session.hpp"

namespace notes::migrate {

using Row = std::vector<std::string>;

/// Runs a statement of the tool's own with text parameters :p0, :p1 … and returns its rows. Every
/// column must be text (CAST … AS TEXT); NULL is empty. Throws db::StatementError.
std::vector<Row> query(db::Session& session, const std::string& statement,
                       const std::vector<std::string>& parameters = {});

}  // namespace notes::migrate
