#pragma once

#include <optional>
#include <string>

#include "transfer/loader.hpp"

struct pg_conn;
struct pg_result;

namespace notes::transfer {

/// COPY straight into the table until a key is met that is there already; from then on COPY into a
/// temporary table of the same types and INSERT … SELECT … ON CONFLICT from there, which takes more
/// than twice as long. A chunk that is refused is cut in halves, each in a savepoint, until the bad
/// records stand alone.
class PostgresqlLoader final : public Loader {
 public:
  PostgresqlLoader(db::Session& session, const Target& target);

  void expect_commit(Durability durability) override { durability_ = durability; }
  void begin_chunk() override;
  ChunkResult put(std::span<const Record> records) override;

 private:
  /// Why the server did not take some records.
  struct Refusal {
    std::string state;
    std::string message;
    std::string column;
  };

  void put(std::span<const Record> records, ChunkResult& result);
  std::optional<Refusal> attempt(std::span<const Record> records, ChunkResult& result);
  std::optional<Refusal> insert_staged(std::span<const Record> records, ChunkResult& result);
  std::optional<Refusal> copy(const std::string& statement, std::span<const Record> records);
  std::optional<Refusal> refusal(const pg_result* failed) const;
  void reject(const Record& record, const Refusal& refusal, ChunkResult& result);
  std::string column_at_fault(const Record& record);
  void run(std::string_view statement);

  db::Session& session_;
  const Target& target_;
  pg_conn* connection_;
  std::string staging_;  ///< the temporary table
  std::string make_staging_;
  std::string copy_;  ///< into the table
  std::string copy_staging_;
  std::string insert_;
  std::string lines_;  ///< what COPY is sent
  Durability durability_ = Durability::durable;
  bool staging_used_ = false;
  bool staged_ = false;  ///< whether the temporary table may hold rows
};

}  // namespace notes::transfer
