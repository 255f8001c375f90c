#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "db/session.hpp"
#include "migrate/table_name.hpp"

namespace notes::transfer {

/// What a backup says of itself.
struct Manifest {
  struct TableRows {
    std::string schema;  ///< empty on SQLite
    std::string table;
    std::uint64_t rows = 0;

    friend bool operator==(const TableRows&, const TableRows&) = default;
  };

  /// The format this build writes and reads.
  static constexpr int kFormat = 1;

  std::string engine;    ///< "sqlite", "postgresql"
  std::string database;  ///< its name; see database_name()
  std::string created_at;
  std::string tool_version;
  std::vector<std::string> revisions;  ///< the applied revisions on which none builds, sorted
  std::vector<TableRows> tables;       ///< sorted
  std::uint64_t payload_bytes = 0;     ///< what stands before the manifest, compressed
  std::string sha256 = {};             ///< of these bytes

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// As JSON on one line.
std::string to_json(const Manifest& manifest);
/// Throws Error{malformed} for what is no manifest, {refused} for one of a newer format.
Manifest parse_manifest(std::string_view json);

/// Engine, revisions and row counts of a database, as the session's transaction sees it.
Manifest describe(db::Session& session, const migrate::TableName& history, const Clock& clock);

/// What a person calls the database: PostgreSQL's name, or the file's without its folder.
std::string database_name(const db::Url& url);

}  // namespace notes::transfer
