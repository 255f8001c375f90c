#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "config/settings.hpp"
#include "config/variables.hpp"
#include "db/url.hpp"
#include "migrate/table_name.hpp"
#include "transfer/manifest.hpp"

namespace notes::transfer {

/// Which database, and what is known of the surroundings.
struct BackupPlace {
  db::Url url;
  config::DatabaseSettings settings;
  migrate::TableName history{migrate::TableName::kDefault};
  std::string tool_version;
  /// The environment of pg_dump, pg_restore and psql, to which the connection is added: the
  /// password never stands on a command line.
  config::Variables variables = {};
};

/// Throws Error{unreachable} for a SQLite file that is not there, which opening would make, and
/// {usage} for a database in memory.
void require_database(const BackupPlace& place);

/// Writes all of the database, as it is at one moment, into a file, while others go on writing: by
/// the online backup API on SQLite, by `pg_dump -Fc` in a snapshot of its own on PostgreSQL; the
/// manifest's revisions and row counts are of the same moment. The file has its name only when it
/// is whole and on the disk.
///
/// Throws Error{unreachable} for a database that cannot be reached and a file that cannot be
/// written, {usage} when pg_dump is not installed, {statement_failed} when it fails, {interrupted}
/// when stopped.
Manifest backup(const BackupPlace& place, const std::filesystem::path& out, const Clock& clock,
                const std::stop_token& stop);

enum class Overwrite { no, yes };

/// Puts the file's contents into the database, all or nothing, and compares revisions and row
/// counts with the manifest before it commits. With Overwrite::yes everything that is in the
/// database goes first, in the same transaction; what others write meanwhile is lost.
///
/// Throws, before anything is touched: Error{usage} for a file of the other engine or one that
/// cannot be opened, {malformed} for a damaged one, {refused} for a database that is not empty and
/// Overwrite::no. Else as backup() does; Error{inconsistent} when the counts differ.
Manifest restore(const BackupPlace& place, const std::filesystem::path& file, Overwrite overwrite,
                 const Clock& clock, const std::stop_token& stop);

}  // namespace notes::transfer
