#pragma once

#include <filesystem>
#include <stop_token>

#include "base/clock.hpp"
#include "transfer/archive.hpp"
#include "transfer/backup.hpp"

namespace notes::transfer {

/// The engines' own ways; transfer/backup.hpp chooses, and checks what is common before.
Manifest backup_sqlite(const BackupPlace& place, const std::filesystem::path& out,
                       const Clock& clock, const std::stop_token& stop);
void restore_sqlite(const BackupPlace& place, ArchiveReader& archive, const Clock& clock,
                    const std::stop_token& stop);

Manifest backup_postgresql(const BackupPlace& place, const std::filesystem::path& out,
                           const Clock& clock, const std::stop_token& stop);
void restore_postgresql(const BackupPlace& place, ArchiveReader& archive, Overwrite overwrite,
                        const std::stop_token& stop);

/// Throws Error{inconsistent} when what was restored is not what the manifest says.
void compare(const Manifest& said, const Manifest& found);

}  // namespace notes::transfer
