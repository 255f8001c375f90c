#include "transfer/backup.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/session.hpp"
#include "schema/table.hpp"
#include "transfer/engine_backup.hpp"

namespace notes::transfer {
namespace {

bool is_missing_file(const db::Url& url) {
  std::error_code error;
  return url.engine() == db::Engine::sqlite && !std::filesystem::exists(url.path(), error);
}

void check_empty(const BackupPlace& place) {
  if (is_missing_file(place.url)) return;
  const auto names = schema::table_names(*db::open_session(place.url, place.settings));
  if (names.empty()) return;
  throw Error(
      ErrorCode::refused,
      fmt::format("{}: is not empty: it has {} table{}, such as {}; --overwrite deletes all "
                  "of it first",
                  place.url.redacted(), names.size(), names.size() == 1 ? "" : "s", names.front()));
}

void check_in_memory(const db::Url& url) {
  if (url.in_memory()) {
    throw Error(
        ErrorCode::usage,
        "a database in memory lives in one process only: another can neither back it up nor "
        "restore nor dump it");
  }
}

}  // namespace

void require_database(const BackupPlace& place) {
  check_in_memory(place.url);
  if (!is_missing_file(place.url)) return;
  throw Error(ErrorCode::unreachable,
              fmt::format("{}: there is no such database", place.url.redacted()));
}

Manifest backup(const BackupPlace& place, const std::filesystem::path& out, const Clock& clock,
                const std::stop_token& stop) {
  require_database(place);
  switch (place.url.engine()) {
    case db::Engine::sqlite:
      return backup_sqlite(place, out, clock, stop);
    case db::Engine::postgresql:
      return backup_postgresql(place, out, clock, stop);
  }
  return {};
}

Manifest restore(const BackupPlace& place, const std::filesystem::path& file, Overwrite overwrite,
                 const Clock& clock, const std::stop_token& stop) {
  check_in_memory(place.url);
  ArchiveReader archive(file);
  const auto engine = db::to_string(place.url.engine());
  if (archive.manifest().engine != engine) {
    throw Error(ErrorCode::usage,
                fmt::format("{}: is a backup of {}, and {} is of {}", file.string(),
                            archive.manifest().engine, place.url.redacted(), engine));
  }
  archive.verify();
  if (overwrite == Overwrite::no) check_empty(place);
  switch (place.url.engine()) {
    case db::Engine::sqlite:
      restore_sqlite(place, archive, clock, stop);
      break;
    case db::Engine::postgresql:
      restore_postgresql(place, archive, overwrite, stop);
      break;
  }
  return archive.manifest();
}

void compare(const Manifest& said, const Manifest& found) {
  if (found.tables == said.tables && found.revisions == said.revisions) return;
  for (std::size_t at = 0; at < std::min(said.tables.size(), found.tables.size()); ++at) {
    const auto& expected = said.tables[at];
    const auto& got = found.tables[at];
    if (expected == got) continue;
    throw Error(
        ErrorCode::inconsistent,
        fmt::format("the backup says {} rows of {}, and holds {} of {}; nothing was restored",
                    expected.rows, expected.table, got.rows, got.table));
  }
  throw Error(ErrorCode::inconsistent,
              "the backup holds other tables or revisions than it says; nothing was restored");
}

}  // namespace notes::transfer
