#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/url.hpp"
#include "sql/position.hpp"

namespace notes::migrate {

enum class Direction { up, down };

/// "up", "down": as the files and the tables write it.
std::string_view to_string(Direction direction);

/// What stands between one `-- migrate:up` or `-- migrate:down` line and the next.
struct Section {
  Direction direction = Direction::up;
  std::optional<db::Engine> only;  ///< `only:postgresql`: other databases pass over it
  bool transactional = true;  ///< `transaction:false` takes it out of the migration's transaction
  std::size_t begin = 0;      ///< bytes of Migration::source, behind the directive's line
  std::size_t end = 0;
  sql::Position start;  ///< where `begin` is
  std::vector<std::size_t>
      idempotent_lines;  ///< where `-- migrate:idempotent` stands, for the statement that follows
};

/// One migration file, taken apart; its SQL is cut into statements only when it is to be run.
struct Migration {
  std::string revision;
  std::vector<std::string> down_revisions;  ///< none: a base; several: a merge
  std::vector<std::string> depends_on;      ///< applied before it, without being its parents
  std::vector<std::string> branch_labels;
  std::string message;
  std::optional<std::chrono::milliseconds> lock_timeout;  ///< instead of the run's own
  bool has_header = false;  ///< false: read as dbmate reads it, and its parent is the version
                            ///< before it in the folder
  std::filesystem::path path;
  std::string source;    ///< the whole file, byte for byte
  std::string checksum;  ///< SHA-256 of the source
  std::vector<Section> sections;

  std::string_view text(const Section& section) const;
  /// False when `migrate:down` is missing: then there is no way back, which is not the same as
  /// nothing to do.
  bool has_down() const;
};

/// Reads a migration. The format, and how a file without the header is read, stands in
/// docs/migrating.md. `path` names the file in messages and gives a headerless file its version.
/// Throws Error{malformed} naming file, line and way out.
Migration parse_migration(const std::filesystem::path& path, std::string source);

/// Throws Error{refused} for a migration that cannot be taken back: see Migration::has_down().
void require_way_back(const Migration& migration);

/// True for what may be a revision's id or a label: 1 to 64 letters, digits and underscores, and no
/// word of the revision grammar (head, heads, base, current).
bool is_revision_id(std::string_view text);

}  // namespace notes::migrate
