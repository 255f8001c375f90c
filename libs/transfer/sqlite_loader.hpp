#pragma once

#include <memory>

#include <sqlite3.h>

#include "transfer/loader.hpp"

namespace notes::transfer {

/// One prepared INSERT, stepped for each record: measured as fast as statements of many rows, and
/// a record that fails is known. What SQLite would keep though it is not of the column's type is
/// rejected before, see schema::canonical.
class SqliteLoader final : public Loader {
 public:
  SqliteLoader(db::Session& session, const Target& target);

  ~SqliteLoader() override;

  void expect_commit(Durability durability) override;
  ChunkResult put(std::span<const Record> records) override;

 private:
  bool bind(const Record& record, ChunkResult& result);
  void step(const Record& record, ChunkResult& result);

  const Target& target_;
  sqlite3* connection_;
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> insert_{nullptr, &sqlite3_finalize};
  std::vector<schema::Column> columns_;
  std::vector<std::string> values_;  ///< what is bound, where it was made canonical
};

/// Throws what the connection says of its last failure: {unreachable} for a full or broken disk,
/// {locked} for a busy database, {interrupted}, else {statement_failed}.
[[noreturn]] void throw_sqlite_error(sqlite3* connection);

}  // namespace notes::transfer
