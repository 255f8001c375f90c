#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <future>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "migrate/graph.hpp"
#include "migrate/migration.hpp"

namespace notes::migrate {

/// The reading of a folder: begun when it is made, in a thread of its own, so that the database can
/// be asked meanwhile.
class FolderReading {
 public:
  /// Throws Error{usage} when the folder cannot be read.
  explicit FolderReading(const std::filesystem::path& folder);
  FolderReading(const FolderReading&) = delete;
  FolderReading& operator=(const FolderReading&) = delete;

  /// The .sql files of the folder (not of those below it; no dot files) in the order of their
  /// names. Headerless ones are chained as dbmate has it: by version, each the parent of the next.
  /// Helps with what is left. To be called once. Throws Error{usage} for a file that cannot be
  /// read, and what parse_migration throws; of several such files for the first.
  std::vector<Migration> finish();

 private:
  void read_on(const std::stop_token& over);

  std::vector<std::packaged_task<std::vector<Migration>()>> portions_;
  std::atomic<std::size_t> next_ = 0;  // the first portion that nobody has begun
  std::jthread reader_;                // last: it works with what stands above
};

/// All of it at once: see FolderReading.
std::vector<Migration> read_folder(const std::filesystem::path& folder);

/// The graph's view of a migration.
Revision revision_of(const Migration& migration);

/// What `revision -m` writes.
struct NewMigration {
  std::string revision = {};  ///< empty: a new random one of 12 hexadecimal digits
  std::vector<std::string> down_revisions = {};
  std::vector<std::string> depends_on = {};
  std::vector<std::string> branch_labels = {};
  std::string message = {};
};

/// Writes <revision>_<message as a slug>.sql with its header and empty sections, and returns where.
/// The file appears whole or not at all, and never over another. Throws Error{usage}.
std::filesystem::path write_migration(const std::filesystem::path& folder,
                                      const NewMigration& migration);

}  // namespace notes::migrate
