#include "transfer/sqlite_loader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "db/native.hpp"

namespace notes::transfer {

void throw_sqlite_error(sqlite3* connection) {
  const int code = sqlite3_extended_errcode(connection);
  const auto message = fmt::format("{} (SQLite code {})", sqlite3_errmsg(connection), code);
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw Error(ErrorCode::unreachable, message);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(ErrorCode::locked, message);
    case SQLITE_INTERRUPT:
      throw Error(ErrorCode::interrupted, message);
    default:
      throw Error(ErrorCode::statement_failed, message);
  }
}

SqliteLoader::SqliteLoader(db::Session& session, const Target& target)
    : target_(target), connection_(db::sqlite_connection(session)) {
  const auto& dialect = session.dialect();
  std::vector<std::string> names;
  std::vector<std::string> places;
  for (std::size_t at = 0; at < target.columns.size(); ++at) {
    names.push_back(dialect.quote(target.columns[at]));
    places.push_back(fmt::format("?{}", at + 1));
    columns_.push_back(target.column(at));
  }
  values_.resize(columns_.size());
  const auto text =
      fmt::format("INSERT INTO {} ({}) VALUES ({}) {}", schema::quoted(dialect, target.table),
                  fmt::join(names, ", "), fmt::join(places, ", "), target.conflict_clause(dialect));
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v3(connection_, text.data(), static_cast<int>(text.size()),
                         SQLITE_PREPARE_PERSISTENT, &prepared, nullptr) != SQLITE_OK)
    throw_sqlite_error(connection_);
  insert_.reset(prepared);
}

SqliteLoader::~SqliteLoader() {
  // It fails only inside a transaction, which must have ended.
  sqlite3_exec(connection_, "PRAGMA synchronous = FULL", nullptr, nullptr, nullptr);
}

/// In WAL mode NORMAL leaves the commit to the operating system; the log is written in order
/// (sqlite.org/pragma.html#pragma_synchronous).
void SqliteLoader::expect_commit(Durability durability) {
  const char* pragma = durability == Durability::durable ? "PRAGMA synchronous = FULL"
                                                         : "PRAGMA synchronous = NORMAL";
  if (sqlite3_exec(connection_, pragma, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw_sqlite_error(connection_);
}

ChunkResult SqliteLoader::put(std::span<const Record> records) {
  ChunkResult result;
  for (const auto& record : records) {
    if (bind(record, result)) step(record, result);
  }
  return result;
}

/// False when a value is not of its column's type: then the record is rejected.
bool SqliteLoader::bind(const Record& record, ChunkResult& result) {
  for (std::size_t at = 0; at < columns_.size(); ++at) {
    const int place = static_cast<int>(at) + 1;
    const auto given = record.value(at);
    if (!given) {
      sqlite3_bind_null(insert_.get(), place);
      continue;
    }
    std::string_view value = *given;
    if (columns_[at].kind != schema::ValueKind::text) {
      auto kept = schema::canonical(columns_[at].kind, value);
      if (!kept) {
        result.rejections.push_back(
            {record.line(), columns_[at].name,
             fmt::format("expected {}", schema::expectation(columns_[at].kind))});
        return false;
      }
      values_[at] = *std::move(kept);
      value = values_[at];
    }
    sqlite3_bind_text(insert_.get(), place, value.data(), static_cast<int>(value.size()),
                      SQLITE_STATIC);
  }
  return true;
}

void SqliteLoader::step(const Record& record, ChunkResult& result) {
  const int outcome = sqlite3_step(insert_.get());
  if (outcome == SQLITE_DONE) {
    sqlite3_reset(insert_.get());
    ++(sqlite3_changes(connection_) > 0 ? result.written : result.skipped);
    return;
  }
  const int code = sqlite3_extended_errcode(connection_);
  const std::string reason = sqlite3_errmsg(connection_);
  const int primary = code & 0xff;
  if (primary != SQLITE_CONSTRAINT && primary != SQLITE_MISMATCH && primary != SQLITE_TOOBIG)
    throw_sqlite_error(connection_);
  sqlite3_reset(insert_.get());
  const bool unique = code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
                      code == SQLITE_CONSTRAINT_ROWID;
  if (unique && target_.on_conflict == OnConflict::fail) throw conflict_at(record, target_);
  result.rejections.push_back({record.line(), "", reason});
}

}  // namespace notes::transfer
