#pragma once

#include "jobs/arguments.hpp"
#include "scheduler/run.hpp"
#include "transfer/backup.hpp"

namespace notes::jobs {

/// Writes a backup into `folder`, which is made when it is not there, named after the database and
/// the moment; then removes the oldest ones of this database beyond `keep`.
void backup_database(scheduler::Run& run, const Arguments& arguments,
                     const transfer::BackupPlace& place);

}  // namespace notes::jobs
