#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/error.hpp"
#include "db/native.hpp"
#include "db/query.hpp"
#include "transfer/engine_backup.hpp"
#include "transfer/input_file.hpp"
#include "transfer/sqlite_loader.hpp"

namespace notes::transfer {
namespace {

/// A file of a database that is not needed any more when this ends, beside `beside`, where it has
/// room or the other would not either.
class ScratchFile {
 public:
  explicit ScratchFile(const std::filesystem::path& beside)
      : path_(std::filesystem::absolute(beside).string() + ".scratch-XXXXXX") {
    const int descriptor = ::mkstemp(path_.data());
    if (descriptor < 0) {
      throw Error(ErrorCode::unreachable,
                  fmt::format("{}: cannot be made: {}", path_, std::strerror(errno)));
    }
    ::close(descriptor);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() {
    for (const auto* suffix : {"", "-wal", "-shm", "-journal"}) ::unlink((path_ + suffix).c_str());
  }

  const std::string& path() const { return path_; }
  db::Url url() const {
    std::string escaped;
    for (const char byte : path_) {
      if (byte == '%' || byte == '?' || byte == '#') {
        escaped += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
      } else {
        escaped += byte;
      }
    }
    return db::Url::parse("sqlite:" + escaped);
  }

 private:
  std::string path_;
};

/// Copies all pages from one database to another, in one step: the source's readers and writers go
/// on, and the copy is what it was when the step began (sqlite.org/c3ref/backup_finish.html).
void copy(db::Session& from, db::Session& to) {
  auto* target = db::sqlite_connection(to);
  const std::unique_ptr<sqlite3_backup, decltype(&sqlite3_backup_finish)> work(
      sqlite3_backup_init(target, "main", db::sqlite_connection(from), "main"),
      &sqlite3_backup_finish);
  if (!work) throw_sqlite_error(target);
  const int outcome = sqlite3_backup_step(work.get(), -1);
  if (outcome == SQLITE_DONE) return;
  const auto message = fmt::format("copying the database: {}", sqlite3_errstr(outcome));
  const bool busy = outcome == SQLITE_BUSY || outcome == SQLITE_LOCKED;
  throw Error(busy ? ErrorCode::locked : ErrorCode::unreachable, message);
}

void check_integrity(db::Session& session) {
  const auto found =
      db::query(session, "SELECT CAST(integrity_check AS TEXT) FROM pragma_integrity_check(1)");
  if (found.size() == 1 && found[0][0] == "ok") return;
  throw Error(ErrorCode::inconsistent,
              fmt::format("the database is damaged: {}", found.at(0).at(0).value_or("")));
}

void check_stop(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(ErrorCode::interrupted, "stopped; nothing was changed");
}

}  // namespace

Manifest backup_sqlite(const BackupPlace& place, const std::filesystem::path& out,
                       const Clock& clock, const std::stop_token& stop) {
  const ScratchFile scratch(out);
  Manifest manifest;
  {
    const auto target = db::open_session(scratch.url(), place.settings);
    copy(*db::open_session(place.url, place.settings), *target);
    check_integrity(*target);
    manifest = describe(*target, place.history, clock);
  }
  manifest.database = database_name(place.url);
  manifest.tool_version = place.tool_version;
  check_stop(stop);
  ArchiveWriter archive(out);
  const InputFile copied(scratch.path());
  constexpr std::size_t kBlock = std::size_t{1} << 17;
  for (std::uint64_t at = 0; at < copied.size(); at += kBlock) {
    check_stop(stop);
    archive.write(copied.read_at(at, kBlock));
  }
  return archive.finish(std::move(manifest));
}

void restore_sqlite(const BackupPlace& place, ArchiveReader& archive, const Clock& clock,
                    const std::stop_token& stop) {
  const ScratchFile scratch(place.url.path());
  {
    std::ofstream out(scratch.path(), std::ios::binary);
    archive.read([&](std::string_view payload) {
      check_stop(stop);
      out.write(payload.data(), static_cast<std::streamsize>(payload.size()));
      if (!out) throw Error(ErrorCode::unreachable, scratch.path() + ": cannot be written");
    });
    out.close();
    if (!out) throw Error(ErrorCode::unreachable, scratch.path() + ": cannot be written");
  }
  const auto source = db::open_session(scratch.url(), place.settings);
  check_integrity(*source);
  compare(archive.manifest(), describe(*source, place.history, clock));
  check_stop(stop);
  // Not by renaming the file: whoever has the old one open would go on in it, and its log beside
  // the new one would be taken for the new one's.
  copy(*source, *db::open_session(place.url, place.settings));
}

}  // namespace notes::transfer
