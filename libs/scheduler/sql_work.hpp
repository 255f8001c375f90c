#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "db/url.hpp"
#include "scheduler/job.hpp"
#include "scheduler/ledger.hpp"
#include "scheduler/run.hpp"
#include "sql/statement.hpp"

namespace notes::scheduler {

/// The statements of a job's file, in order. Throws Error{usage} with file, line and column when it
/// cannot be read, is no SQL, is empty, or holds what a job cannot do: the job is one transaction,
/// so that BEGIN, COMMIT and their kind, and statements that the database refuses in a transaction,
/// have no place in it; nor have COPY … FROM STDIN and a client program's own commands.
std::vector<sql::Statement> read_sql_work(const SqlWork& work, db::Engine engine);

/// Throws Error{usage} for a parameter whose name no statement could read: expected letters, digits
/// and "_", no digit first.
void check_sql_parameters(const Parameters& parameters);

/// Runs the file's statements and ends the run as succeeded, all in one transaction: the effects
/// and the record of them stand or fall together. The statements see
///   notes_cron.job, notes_cron.run, notes_cron.attempt, notes_cron.apply ("true", "false"),
///   notes_cron.tick ("2025-11-02T01:30:00[America/New_York]", only for runs of a schedule),
///   notes_cron.due (RFC 3339, the moment that counts as now for the run) and
///   notes_cron.param.NAME
/// with current_setting('notes_cron.tick', true) on PostgreSQL and with notes_cron('tick') on
/// SQLite. Returns how the run ended. Throws Error{stale}, and nothing was done, when the run has
/// been taken over; StatementError with the file and the line; and what Run::transact throws.
Outcome run_sql_work(const SqlWork& work, Run& run, Ledger& ledger);

}  // namespace notes::scheduler
