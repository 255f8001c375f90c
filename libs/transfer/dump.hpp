#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "transfer/backup.hpp"

namespace notes::transfer {

/// The schema of the database as SQL for psql or the sqlite3 shell, without the rows of its tables
/// but with what the history says is applied: a database made from it stands at the same revisions.
/// By `pg_dump --schema-only` on PostgreSQL, from sqlite_schema on SQLite; schema and history are
/// of one moment. The same schema at the same revisions gives the same text: it holds no times, and
/// neither owners nor grants nor versions.
///
/// Throws Error{unreachable}; {usage} when pg_dump is not installed, {statement_failed} when it
/// fails, {interrupted} when stopped; {pending} when a migration is half done, which a database
/// made from the dump could not go on with.
std::string dump(const BackupPlace& place, const Clock& clock, const std::stop_token& stop);

/// Writes a text into a file that has its name, and takes another's place, only when it is whole.
/// Throws Error{unreachable} when it cannot be written.
void write_whole(const std::filesystem::path& path, std::string_view text);

}  // namespace notes::transfer
