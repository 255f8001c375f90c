#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "db/session.hpp"
#include "migrate/table_name.hpp"
#include "transfer/loader.hpp"

namespace notes::transfer {

struct LoadOptions {
  std::string table;           ///< NAME or SCHEMA.NAME
  std::filesystem::path file;  ///< .csv, .json, .jsonl or .ndjson
  std::vector<std::string> key;
  OnConflict on_conflict = OnConflict::fail;
  std::size_t batch = 10'000;  ///< records per transaction, 1..1,000,000
  /// Where rejected records are listed.
  std::filesystem::path rejects;
  bool restart = false;  ///< forget how far an earlier run has come
  migrate::TableName history{migrate::TableName::kDefault};
};

struct LoadReport {
  std::uint64_t written = 0;   ///< inserted or updated, by this run and those it goes on from
  std::uint64_t skipped = 0;   ///< their key was in the table
  std::uint64_t rejected = 0;  ///< listed in the file of rejects
  std::uint64_t resumed_at_line = 0;  ///< 0 when it began at the beginning
  bool was_finished = false;          ///< an earlier run had loaded all of this file

  friend bool operator==(const LoadReport&, const LoadReport&) = default;
};

/// Told how far a load has come, after each commit, from the thread that runs.
class LoadObserver {
 public:
  LoadObserver() = default;
  LoadObserver(const LoadObserver&) = delete;
  LoadObserver& operator=(const LoadObserver&) = delete;
  virtual ~LoadObserver() = default;

  virtual void began(std::uint64_t file_bytes, const LoadReport& so_far);
  virtual void committed(std::uint64_t position_bytes, const LoadReport& so_far);
};

/// Puts the records of a file into a table, in chunks, each with its checkpoint in one transaction:
/// a load that was cut off anywhere goes on behind the last commit when it is called again, and no
/// record is lost or doubled. Memory is constant: one chunk. A record that the table does not take
/// is rejected and listed; the others of its chunk are loaded.
///
/// Throws Error{usage} for options, a table, columns or a key that do not fit; {malformed} for a
/// file that cannot be read on; {conflict} with OnConflict::fail; {locked} when another run loads
/// the same file; {interrupted} when stopped, after a commit; what Loader::put throws.
LoadReport load(db::Session& session, const LoadOptions& options, const Clock& clock,
                LoadObserver& observer, const std::stop_token& stop);

}  // namespace notes::transfer
