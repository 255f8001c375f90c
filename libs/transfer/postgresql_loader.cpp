#include "transfer/postgresql_loader.hpp"

#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <libpq-fe.h>

#include "base/error.hpp"
#include "db/native.hpp"
#include "db/query.hpp"
#include "migrate/checksum.hpp"

namespace notes::transfer {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr std::string_view kUniqueViolation = "23505";
constexpr std::size_t kSendBytes = std::size_t{1} << 20;

/// One line of COPY's text format (PostgreSQL 15, COPY, "Text Format").
void append_line(std::string& lines, const Record& record) {
  for (std::size_t at = 0; at < record.size(); ++at) {
    if (at > 0) lines += '\t';
    const auto value = record.value(at);
    if (!value) {
      lines += "\\N";
      continue;
    }
    std::string_view rest = *value;
    for (;;) {
      const auto special = rest.find_first_of("\\\n\r\t");
      lines.append(rest.substr(0, special));
      if (special == std::string_view::npos) break;
      const char byte = rest[special];
      lines += '\\';
      lines += byte == '\n' ? 'n' : byte == '\r' ? 'r' : byte == '\t' ? 't' : '\\';
      rest.remove_prefix(special + 1);
    }
  }
  lines += '\n';
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

/// Data exceptions, broken rules, limits of one value, and what a trigger refuses.
bool is_records_fault(std::string_view state) {
  return state.starts_with("22") || state.starts_with("23") || state.starts_with("54") ||
         state == "21000" || state == "P0001";
}

ErrorCode code_of(std::string_view state) {
  if (state.empty() || state.starts_with("08") || state.starts_with("53") ||
      state.starts_with("57P"))
    return ErrorCode::unreachable;
  if (state.starts_with("40") || state == "55P03") return ErrorCode::locked;
  if (state == "57014") return ErrorCode::interrupted;
  return ErrorCode::statement_failed;
}

}  // namespace

PostgresqlLoader::PostgresqlLoader(db::Session& session, const Target& target)
    : session_(session), target_(target), connection_(db::postgresql_connection(session)) {
  const auto& dialect = session.dialect();
  std::vector<std::string> names;
  for (const auto& column : target.columns) names.push_back(dialect.quote(column));
  const auto columns = fmt::format("{}", fmt::join(names, ", "));
  const auto table = schema::quoted(dialect, target.table);
  // Behind a pooler the server's session may hold the temporary table of another load.
  staging_ = dialect.quote("notes_load_" + migrate::sha256(table + columns).substr(0, 16));
  make_staging_ = fmt::format(
      "CREATE TEMPORARY TABLE IF NOT EXISTS {} ON COMMIT DELETE ROWS AS SELECT {} FROM {} "
      "WITH NO DATA",
      staging_, columns, table);
  // One round trip for both: a small chunk costs little else.
  copy_ = fmt::format("SAVEPOINT notes_load; COPY {} ({}) FROM STDIN", table, columns);
  copy_staging_ = fmt::format("SAVEPOINT notes_load; COPY {} FROM STDIN", staging_);
  insert_ = fmt::format("INSERT INTO {} ({}) SELECT {} FROM {} {}", table, columns, columns,
                        staging_, target.conflict_clause(dialect));
}

void PostgresqlLoader::run(std::string_view statement) {
  session_.dialect().execute_raw(session_, statement);
}

void PostgresqlLoader::begin_chunk() {
  if (durability_ == Durability::lazy) run("SET LOCAL synchronous_commit = off");
  if (staging_used_) run(make_staging_);
  staged_ = false;
}

ChunkResult PostgresqlLoader::put(std::span<const Record> records) {
  ChunkResult result;
  if (!records.empty()) put(records, result);
  return result;
}

/// Each attempt begins a savepoint of its own.
void PostgresqlLoader::put(std::span<const Record> records, ChunkResult& result) {
  const auto refused = attempt(records, result);
  if (!refused) return run("RELEASE SAVEPOINT notes_load");
  run("ROLLBACK TO SAVEPOINT notes_load");
  run("RELEASE SAVEPOINT notes_load");
  if (refused->state == kUniqueViolation && !staging_used_ &&
      target_.on_conflict != OnConflict::fail) {
    staging_used_ = true;
    begin_chunk();
    return put(records, result);
  }
  if (records.size() == 1) return reject(records.front(), *refused, result);
  const auto half = records.size() / 2;
  put(records.first(half), result);
  put(records.subspan(half), result);
}

std::optional<PostgresqlLoader::Refusal> PostgresqlLoader::attempt(std::span<const Record> records,
                                                                   ChunkResult& result) {
  if (staging_used_) return insert_staged(records, result);
  auto refused = copy(copy_, records);
  if (!refused) result.written += records.size();
  return refused;
}

std::optional<PostgresqlLoader::Refusal> PostgresqlLoader::insert_staged(
    std::span<const Record> records, ChunkResult& result) {
  if (staged_) run("TRUNCATE " + staging_);
  if (auto refused = copy(copy_staging_, records)) return refused;
  staged_ = true;
  const Result inserted(PQexec(connection_, insert_.c_str()), &PQclear);
  if (auto refused = refusal(inserted.get())) return refused;
  const auto written = std::strtoull(PQcmdTuples(inserted.get()), nullptr, 10);
  result.written += written;
  result.skipped += records.size() - written;
  return std::nullopt;
}

std::optional<PostgresqlLoader::Refusal> PostgresqlLoader::copy(const std::string& statement,
                                                                std::span<const Record> records) {
  const Result begun(PQexec(connection_, statement.c_str()), &PQclear);
  if (PQresultStatus(begun.get()) != PGRES_COPY_IN) return refusal(begun.get());
  lines_.clear();
  bool sent = true;
  for (const auto& record : records) {
    append_line(lines_, record);
    if (lines_.size() < kSendBytes) continue;
    sent = sent && PQputCopyData(connection_, lines_.data(), static_cast<int>(lines_.size())) == 1;
    lines_.clear();
  }
  sent = sent && PQputCopyData(connection_, lines_.data(), static_cast<int>(lines_.size())) == 1;
  if (!sent || PQputCopyEnd(connection_, nullptr) != 1) {
    throw Error(ErrorCode::unreachable, fmt::format("the connection to the database was lost: {}",
                                                    PQerrorMessage(connection_)));
  }
  std::optional<Refusal> refused;
  while (const Result done{PQgetResult(connection_), &PQclear}) {
    if (!refused) refused = refusal(done.get());
  }
  return refused;
}

/// nullopt when it did not fail; throws when it was not the records' fault.
std::optional<PostgresqlLoader::Refusal> PostgresqlLoader::refusal(const PGresult* done) const {
  const auto status = PQresultStatus(done);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return std::nullopt;
  Refusal refused{.state = field(done, PG_DIAG_SQLSTATE),
                  .message = field(done, PG_DIAG_MESSAGE_PRIMARY),
                  .column = field(done, PG_DIAG_COLUMN_NAME)};
  if (is_records_fault(refused.state)) return refused;
  if (refused.message.empty()) refused.message = PQerrorMessage(connection_);
  throw Error(code_of(refused.state), fmt::format("{} ({})", refused.message, refused.state));
}

void PostgresqlLoader::reject(const Record& record, const Refusal& refusal, ChunkResult& result) {
  if (refusal.state == kUniqueViolation && target_.on_conflict == OnConflict::fail)
    throw conflict_at(record, target_);
  const auto column = refusal.column.empty() ? column_at_fault(record) : refusal.column;
  result.rejections.push_back({record.line(), column, refusal.message});
}

/// The first column whose type does not take its value; empty when each one does.
std::string PostgresqlLoader::column_at_fault(const Record& record) {
  for (std::size_t at = 0; at < record.size(); ++at) {
    const auto value = record.value(at);
    if (!value) continue;
    run("SAVEPOINT notes_load");
    const auto column = target_.column(at);
    const std::string text(*value);
    const char* parameter = text.c_str();
    const auto cast = fmt::format("SELECT CAST($1 AS {})", column.type);
    const Result done(
        PQexecParams(connection_, cast.c_str(), 1, nullptr, &parameter, nullptr, nullptr, 0),
        &PQclear);
    const bool refused = refusal(done.get()).has_value();
    run("ROLLBACK TO SAVEPOINT notes_load");
    run("RELEASE SAVEPOINT notes_load");
    if (refused) return column.name;
  }
  return "";
}

}  // namespace notes::transfer
