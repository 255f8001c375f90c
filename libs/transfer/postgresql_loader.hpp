#pragma once

#include <optional>
#include <string>

#include "transfer/loader.hpp"

struct pg_conn;
struct pg_result;

namespace notes::transfer {

/// COPY into a temporary table of the same types, then INSERT … SELECT … ON CONFLICT from there. A
/// chunk that is refused is cut in halves, each in a savepoint, until the bad records stand alone.
class PostgresqlLoader final : public Loader {
 public:
  PostgresqlLoader(db::Session& session, const Target& target);

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
  std::optional<Refusal> copy(std::span<const Record> records);
  std::optional<Refusal> refusal(const pg_result* failed) const;
  void reject(const Record& record, const Refusal& refusal, ChunkResult& result);
  std::string column_at_fault(const Record& record);
  void run(std::string_view statement);

  db::Session& session_;
  const Target& target_;
  pg_conn* connection_;
  std::string staging_;
  std::string make_staging_;
  std::string copy_;
  std::string insert_;
  std::string lines_;    ///< what COPY is sent
  bool staged_ = false;  ///< whether the temporary table may hold rows
};

}  // namespace notes::transfer
