#pragma once

#include <stop_token>

#include "base/clock.hpp"
#include "db/session.hpp"
#include "seed/file.hpp"
#include "seed/report.hpp"

namespace notes::seed {

/// What to do with a row whose key is in the table already.
enum class Existing { keep, update };

/// Puts the section's rows into its table, inside whatever transaction the caller has open. With
/// `update`, the columns that differ are set, but for generated ones: those stay as they were
/// first.
///
/// Throws Error that starts with FILE:LINE:COLUMN and never shows a row's values, which may be
/// secrets: {usage} for a table or column that is not there, a value that is not of the column's
/// type, a key that no unique index holds, a key that stands twice; {not_found} for a reference to
/// no row, {conflict} for one to several; {statement_failed} for what the database refuses
/// ({unreachable}, {locked} and {deadline_exceeded} as they are). Error{interrupted} when stopped.
TableCount write_section(db::Session& session, const Section& section, Existing existing,
                         const Clock& clock, const std::stop_token& stop);

}  // namespace notes::seed
