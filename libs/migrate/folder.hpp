#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "migrate/graph.hpp"
#include "migrate/migration.hpp"

namespace notes::migrate {

/// The .sql files of a folder (not of those below it; no dot files) in the order of their names.
/// Headerless ones are chained as dbmate has it: by version, each the parent of the next. Throws
/// Error{usage} when the folder cannot be read, and what parse_migration throws.
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
