#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/session.hpp"

namespace notes::db {

/// A value as text; nullopt is NULL.
using Text = std::optional<std::string>;

/// Runs one statement whose text is known only at run time, with text parameters :p0, :p1 … in this
/// order, and returns its rows. Every column must be text (CAST … AS TEXT). For statements that are
/// not on a hot path: it is prepared at each call. A double-quoted name with a ":" in it would be
/// taken for a parameter: refuse such names before. Throws StatementError.
std::vector<std::vector<Text>> query(Session& session, const std::string& statement,
                                     const std::vector<Text>& parameters = {});

}  // namespace notes::db
