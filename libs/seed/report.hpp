#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace notes::seed {

/// What was done to one table.
struct TableCount {
  std::string table;
  std::size_t inserted = 0;
  std::size_t updated = 0;
  std::size_t unchanged = 0;

  friend bool operator==(const TableCount&, const TableCount&) = default;
};

/// How a file compares with its last run in this environment.
enum class Edition { first, same, edited };

struct FileReport {
  std::string file;
  Edition edition = Edition::first;
  std::vector<TableCount> tables;  ///< in the order of the file, each table once

  friend bool operator==(const FileReport&, const FileReport&) = default;
};

struct Report {
  std::string environment;
  bool dry_run = false;
  std::vector<FileReport> files;

  /// Over all files, in the order in which the tables come first.
  std::vector<TableCount> tables() const;
  /// Whether a row was inserted or updated.
  bool changed() const;
};

}  // namespace notes::seed
