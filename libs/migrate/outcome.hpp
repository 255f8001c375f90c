#pragma once

#include <cstddef>
#include <string>

#include "migrate/observer.hpp"
#include "sql/statement.hpp"

namespace notes::migrate {

/// What a failure rolls back.
enum class Extent { statement, migration, run };

/// What state the database is in behind a failure, and the way out.
std::string outcome(const StepView& step, Extent rolled_back);

/// The same when the connection was lost, and nobody knows.
std::string outcome_unknown(const StepView& step);

/// The place of the n-th code point (from 1) of a statement; the statement's own for 0.
sql::Position place(const sql::Statement& statement, std::size_t character);

}  // namespace notes::migrate
