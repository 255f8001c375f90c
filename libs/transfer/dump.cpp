#include "transfer/dump.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "db/query.hpp"
#include "migrate/history.hpp"
#include "migrate/script.hpp"
#include "transfer/child_process.hpp"
#include "transfer/engine_dump.hpp"

namespace notes::transfer {
namespace {

/// A transaction in which every statement sees the same moment.
std::string_view begin_reading(db::Engine engine) {
  switch (engine) {
    case db::Engine::sqlite:
      return "BEGIN";
    case db::Engine::postgresql:
      return "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
  }
  return "BEGIN";
}

/// The schema in which the tables of the history are; pg_dump leaves no search path to find it by.
std::string schema_of(db::Session& session, const migrate::TableName& table) {
  if (session.dialect().engine() == db::Engine::sqlite) return "";
  return db::query(session,
                   "SELECT CAST(n.nspname AS TEXT) FROM pg_class c JOIN pg_namespace n ON "
                   "n.oid = c.relnamespace WHERE c.oid = to_regclass(:p0)",
                   {table.quoted(session.dialect(), "")})
      .at(0)
      .at(0)
      .value_or("");
}

std::string history_rows(db::Session& session, const migrate::TableName& table,
                         const Clock& clock) {
  const migrate::History history(session, table, {}, clock);
  if (history.format() == 0) return "";
  const auto unfinished = history.unfinished();
  if (!unfinished.empty()) {
    throw Error(
        ErrorCode::pending,
        fmt::format("revision {} is half done; finish it with the command that was cut off, "
                    "then dump",
                    unfinished.front()));
  }
  return migrate::history_script(history, session.dialect(), schema_of(session, table), table);
}

}  // namespace

std::string dump(const BackupPlace& place, const Clock& clock, const std::stop_token& stop) {
  require_database(place);
  const auto session = db::open_session(place.url, place.settings);
  session->dialect().execute_raw(*session, begin_reading(place.url.engine()));
  const auto rows = history_rows(*session, place.history, clock);
  switch (place.url.engine()) {
    case db::Engine::sqlite:
      return dump_sqlite(*session, rows);
    case db::Engine::postgresql:
      return dump_postgresql(place, *session, rows, stop);
  }
  return "";
}

void write_whole(const std::filesystem::path& path, std::string_view text) {
  const auto unfinished = fmt::format("{}.partial-{}", path.string(), ::getpid());
  const auto fail = [&] {
    const int error = errno;
    ::unlink(unfinished.c_str());
    throw Error(ErrorCode::unreachable,
                fmt::format("{}: cannot be written: {}", path.string(), std::strerror(error)));
  };
  Descriptor file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (file.number() < 0) fail();
  while (!text.empty()) {
    const auto written = ::write(file.number(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail();
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.number()) != 0) fail();
  if (::rename(unfinished.c_str(), path.c_str()) != 0) fail();
}

}  // namespace notes::transfer
