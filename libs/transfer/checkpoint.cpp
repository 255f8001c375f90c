#include "transfer/checkpoint.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/query.hpp"
#include "migrate/checksum.hpp"

namespace notes::transfer {
namespace {

std::uint64_t number(const db::Text& text) { return text ? std::stoull(*text) : 0; }

}  // namespace

std::string identity_of(const InputFile& file, std::string_view table) {
  constexpr std::uint64_t kEnds = 64 * 1024;
  const auto tail = file.size() - std::min(file.size(), kEnds);
  return migrate::sha256(fmt::format("{}\n{}\n{}\n{}", table, file.size(),
                                     migrate::sha256(file.read_at(0, kEnds)),
                                     migrate::sha256(file.read_at(tail, kEnds))));
}

Checkpoint::Checkpoint(db::Session& session, const migrate::TableName& table, const Clock& clock)
    : session_(session), table_(table), clock_(clock) {}

void Checkpoint::prepare() {
  session_.dialect().execute_raw(
      session_,
      fmt::format("CREATE TABLE IF NOT EXISTS {} (identity TEXT NOT NULL PRIMARY KEY, "
                  "target TEXT NOT NULL, file TEXT NOT NULL, position BIGINT NOT NULL, "
                  "line BIGINT NOT NULL, written BIGINT NOT NULL, skipped BIGINT NOT NULL, "
                  "rejected BIGINT NOT NULL, report_bytes BIGINT NOT NULL, "
                  "finished INTEGER NOT NULL, begun_at TEXT NOT NULL, "
                  "updated_at TEXT NOT NULL, format INTEGER NOT NULL)",
                  table()));
  const auto newest =
      db::query(session_, fmt::format("SELECT CAST(MAX(format) AS TEXT) FROM {}", table()));
  if (number(newest[0][0]) > kFormat) {
    throw Error(ErrorCode::refused,
                fmt::format("{}_loads: written by a newer version of this tool (format {}, this "
                            "one knows {}); use that one",
                            table_.text(), number(newest[0][0]), kFormat));
  }
}

std::optional<Progress> Checkpoint::find(const std::string& identity) {
  const auto rows = db::query(
      session_,
      fmt::format("SELECT CAST(position AS TEXT), CAST(line AS TEXT), CAST(written AS TEXT), "
                  "CAST(skipped AS TEXT), CAST(rejected AS TEXT), CAST(report_bytes AS TEXT), "
                  "CAST(finished AS TEXT) FROM {} WHERE identity = :p0",
                  table()),
      {identity});
  if (rows.empty()) return std::nullopt;
  const auto& row = rows.front();
  return Progress{.position = {number(row[0]), number(row[1])},
                  .written = number(row[2]),
                  .skipped = number(row[3]),
                  .rejected = number(row[4]),
                  .report_bytes = number(row[5]),
                  .finished = number(row[6]) != 0};
}

Progress Checkpoint::resume(const std::string& identity, const std::string& target,
                            const std::string& file, const Position& begin) {
  const auto now = to_string(clock_.now());
  db::query(
      session_,
      fmt::format("INSERT INTO {} (identity, target, file, position, line, written, skipped, "
                  "rejected, report_bytes, finished, begun_at, updated_at, format) VALUES "
                  "(:p0, :p1, :p2, CAST(:p3 AS BIGINT), CAST(:p4 AS BIGINT), 0, 0, 0, 0, 0, "
                  ":p5, :p6, {}) ON CONFLICT (identity) DO NOTHING",
                  table(), kFormat),
      {identity, target, file, std::to_string(begin.offset), std::to_string(begin.line), now, now});
  return find(identity).value();
}

void Checkpoint::forget(const std::string& identity) {
  db::query(session_, fmt::format("DELETE FROM {} WHERE identity = :p0", table()), {identity});
}

void Checkpoint::advance(const std::string& identity, const Progress& before, const Progress& now) {
  const auto changed = db::query(
      session_,
      fmt::format("UPDATE {} SET position = CAST(:p0 AS BIGINT), line = CAST(:p1 AS BIGINT), "
                  "written = CAST(:p2 AS BIGINT), skipped = CAST(:p3 AS BIGINT), "
                  "rejected = CAST(:p4 AS BIGINT), report_bytes = CAST(:p5 AS BIGINT), "
                  "finished = CAST(:p6 AS INTEGER), updated_at = :p7 "
                  "WHERE identity = :p8 AND position = CAST(:p9 AS BIGINT) AND finished = 0 "
                  "RETURNING CAST(1 AS TEXT)",
                  table()),
      {std::to_string(now.position.offset), std::to_string(now.position.line),
       std::to_string(now.written), std::to_string(now.skipped), std::to_string(now.rejected),
       std::to_string(now.report_bytes), now.finished ? "1" : "0", to_string(clock_.now()),
       identity, std::to_string(before.position.offset)});
  if (changed.empty()) {
    throw Error(ErrorCode::locked,
                "another run is loading the same file into the same table; this one took back what "
                "it had not committed");
  }
}

}  // namespace notes::transfer
