#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/session.hpp"
#include "schema/table.hpp"
#include "transfer/record.hpp"

namespace notes::transfer {

/// What to do with a record whose key is in the table already.
enum class OnConflict {
  fail,    ///< end the load
  skip,    ///< leave the row that is there
  update,  ///< set the other columns of the row that is there
};

/// What the records are loaded into.
struct Target {
  schema::Table table;
  std::vector<std::string> columns;  ///< of each record, in its order; all are the table's
  std::vector<std::string> key;      ///< a unique key of the table, among the columns
  OnConflict on_conflict = OnConflict::fail;

  const schema::Column& column(std::size_t index) const { return *table.find(columns.at(index)); }
  /// What stands behind an INSERT: ON CONFLICT …; empty for `fail`.
  std::string conflict_clause(const db::Dialect& dialect) const;
};

/// A record that the table did not take.
struct Rejection {
  std::uint64_t line = 1;
  std::string column;  ///< empty when it is not one column's fault
  std::string reason;

  friend bool operator==(const Rejection&, const Rejection&) = default;
};

struct ChunkResult {
  std::uint64_t written = 0;  ///< inserted, or updated
  std::uint64_t skipped = 0;  ///< their key was there
  std::vector<Rejection> rejections;
};

enum class Durability { lazy, durable };

/// Puts chunks of records into the table inside the open transaction. One bad record is rejected
/// and costs the others nothing.
class Loader {
 public:
  Loader() = default;
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;
  virtual ~Loader() = default;

  /// The session and the target must outlive it.
  static std::unique_ptr<Loader> make(db::Session& session, const Target& target);

  /// Before each transaction: whether its commit must be on the disk when it returns. One that need
  /// not be is still never seen without those before it: after a power failure the load goes on
  /// from an earlier place.
  virtual void expect_commit(Durability durability) = 0;
  /// First in each transaction.
  virtual void begin_chunk() {}
  /// The records have no problem(). Throws Error{conflict} naming the line with OnConflict::fail;
  /// another Error for what is not a record's fault: {unreachable} for a lost connection or a full
  /// disk, {locked}, {interrupted}, {statement_failed}.
  virtual ChunkResult put(std::span<const Record> records) = 0;
};

/// What Loader::put throws with OnConflict::fail.
Error conflict_at(const Record& record, const Target& target);

}  // namespace notes::transfer
