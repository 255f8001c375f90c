#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "db/session.hpp"
#include "migrate/table_name.hpp"
#include "transfer/input_file.hpp"
#include "transfer/record.hpp"

namespace notes::transfer {

/// How far a load has come.
struct Progress {
  Position position;
  std::uint64_t written = 0;
  std::uint64_t skipped = 0;
  std::uint64_t rejected = 0;
  std::uint64_t report_bytes = 0;  ///< what of the report of rejected records is settled
  bool finished = false;

  friend bool operator==(const Progress&, const Progress&) = default;
};

/// Tells one file's contents from another's without reading all of it: the table's name, the size,
/// and SHA-256 of its first and last 64 KiB. The path does not count: the next run may see the file
/// mounted elsewhere. A file changed in the middle, with its length kept, is not noticed.
std::string identity_of(const InputFile& file, std::string_view table);

/// The rows of NAME_loads, beside the history of migrations: one for each file and table. A row is
/// written in the transaction of the chunk that it speaks of, so that neither is without the other.
class Checkpoint {
 public:
  /// The format this build writes, kept in each row.
  static constexpr int kFormat = 1;

  /// What is passed in must outlive it.
  Checkpoint(db::Session& session, const migrate::TableName& table, const Clock& clock);

  /// Makes the table if it is not there. Throws Error{refused} when a newer build has written it.
  void prepare();

  /// How far the load of this identity has come; begins one when there is none. Commits.
  Progress resume(const std::string& identity, const std::string& target, const std::string& file,
                  const Position& begin);
  /// Forgets it.
  void forget(const std::string& identity);
  /// Writes how far it has come now. Throws Error{locked} when the row does not stand at `before`:
  /// another run is loading the same file.
  void advance(const std::string& identity, const Progress& before, const Progress& now);

 private:
  std::string table() const { return table_.quoted(session_.dialect(), "_loads"); }
  std::optional<Progress> find(const std::string& identity);

  db::Session& session_;
  const migrate::TableName& table_;
  const Clock& clock_;
};

}  // namespace notes::transfer
