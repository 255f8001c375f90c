#include "seed/history.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/query.hpp"

namespace notes::seed {

History::History(db::Session& session, const migrate::TableName& table, migrate::Author author,
                 const Clock& clock)
    : session_(session), table_(table), author_(std::move(author)), clock_(clock) {}

void History::prepare() {
  session_.dialect().execute_raw(
      session_, fmt::format("CREATE TABLE IF NOT EXISTS {} (environment TEXT NOT NULL, "
                            "file TEXT NOT NULL, checksum TEXT NOT NULL, run_at TEXT NOT NULL, "
                            "run_by TEXT NOT NULL, tool_version TEXT NOT NULL, "
                            "format INTEGER NOT NULL, PRIMARY KEY (environment, file))",
                            table()));
  const auto newest =
      db::query(session_, fmt::format("SELECT CAST(MAX(format) AS TEXT) FROM {}", table()));
  if (const auto& format = newest[0][0]; format && std::stoi(*format) > kFormat) {
    throw Error(ErrorCode::refused,
                fmt::format("{}_seeds: written by a newer version of this tool (format {}, this "
                            "one knows {}); use that one",
                            table_.text(), *format, kFormat));
  }
}

Edition History::edition(std::string_view environment, const File& file) const {
  const auto found = db::query(
      session_,
      fmt::format("SELECT checksum FROM {} WHERE environment = :p0 AND file = :p1", table()),
      {std::string(environment), file.name});
  if (found.empty()) return Edition::first;
  return found[0][0] == file.checksum ? Edition::same : Edition::edited;
}

void History::record(std::string_view environment, const File& file) {
  db::query(session_,
            fmt::format("INSERT INTO {} (environment, file, checksum, run_at, run_by, "
                        "tool_version, format) VALUES (:p0, :p1, :p2, :p3, :p4, :p5, {}) "
                        "ON CONFLICT (environment, file) DO UPDATE SET "
                        "checksum = excluded.checksum, run_at = excluded.run_at, "
                        "run_by = excluded.run_by, tool_version = excluded.tool_version, "
                        "format = excluded.format",
                        table(), kFormat),
            {std::string(environment), file.name, file.checksum, to_string(clock_.now()),
             author_.name, author_.tool_version});
}

}  // namespace notes::seed
