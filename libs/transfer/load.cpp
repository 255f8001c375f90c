#include "transfer/load.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utf8proc.h>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "migrate/transaction.hpp"
#include "transfer/checkpoint.hpp"
#include "transfer/csv.hpp"
#include "transfer/json.hpp"
#include "transfer/reject_report.hpp"

namespace notes::transfer {
namespace {

constexpr std::size_t kMaxBatch = 1'000'000;
/// A chunk ends early at this size, whatever the number of its records.
constexpr std::size_t kMaxChunkBytes = std::size_t{16} << 20;

std::unique_ptr<RecordReader> open_reader(const std::filesystem::path& path) {
  const auto extension = path.extension();
  if (extension == ".csv") return std::make_unique<CsvReader>(path);
  if (extension == ".json" || extension == ".jsonl" || extension == ".ndjson")
    return std::make_unique<JsonReader>(path);
  throw Error(
      ErrorCode::usage,
      fmt::format("{}: expected a file named *.csv, *.json, *.jsonl or *.ndjson", path.string()));
}

void check_columns(const LoadOptions& options, const Target& target) {
  const auto& table = target.table;
  std::vector<std::string_view> candidates;
  for (const auto& column : table.columns) candidates.push_back(column.name);
  for (const auto& name : target.columns) {
    const auto* column = table.find(name);
    const auto refuse = [&](std::string_view why) {
      throw Error(ErrorCode::usage,
                  fmt::format("{}: column '{}': {}", options.file.string(), name, why));
    };
    if (column == nullptr)
      refuse(fmt::format("{} has none of this name{}", table.name, did_you_mean(name, candidates)));
    if (std::count(target.columns.begin(), target.columns.end(), name) > 1) refuse("stands twice");
    if (column->generated) refuse("the database computes it; leave it out");
    if (column->binary) refuse("holds bytes, which cannot be loaded");
  }
}

void check_key(const LoadOptions& options, const Target& target) {
  const auto& table = target.table;
  for (const auto& name : target.key) {
    if (std::find(target.columns.begin(), target.columns.end(), name) == target.columns.end()) {
      throw Error(ErrorCode::usage,
                  fmt::format("--key {}: {} has no such column; it has {}", name,
                              options.file.string(), fmt::join(target.columns, ", ")));
    }
  }
  if (table.is_unique(target.key)) return;
  std::vector<std::string> keys;
  for (const auto& key : table.unique_keys) keys.push_back(fmt::format("{}", fmt::join(key, ",")));
  throw Error(ErrorCode::usage,
              fmt::format("--key {}: {} has no unique index over these columns{}",
                          fmt::join(target.key, ","), table.name,
                          keys.empty() ? std::string("; add one with a migration")
                                       : fmt::format("; it has {}", fmt::join(keys, ", "))));
}

/// Well-formed UTF-8 without U+0000: PostgreSQL takes nothing else, SQLite would take all.
bool is_text(std::string_view text) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto* end = at + text.size();
  while (at < end) {
    if (*at > 0 && *at < 0x80) {
      ++at;
      continue;
    }
    utf8proc_int32_t character = 0;
    const auto taken = utf8proc_iterate(at, end - at, &character);
    if (taken <= 0 || character == 0) return false;
    at += taken;
  }
  return true;
}

/// Why no table takes the record; nullopt when one may.
std::optional<Rejection> check(const Record& record, const std::vector<schema::Column>& columns) {
  if (!record.problem().empty()) return Rejection{record.line(), "", record.problem()};
  for (std::size_t at = 0; at < columns.size(); ++at) {
    const auto value = record.value(at);
    if (!value && columns[at].required)
      return Rejection{record.line(), columns[at].name, "is empty, and the column is NOT NULL"};
    if (value && !is_text(*value))
      return Rejection{record.line(), columns[at].name, "is no UTF-8 text without NUL characters"};
  }
  return std::nullopt;
}

/// The records of one transaction, kept from one to the next so that their memory is.
class Chunk {
 public:
  explicit Chunk(std::vector<schema::Column> columns) : columns_(std::move(columns)) {}

  /// False when the file has ended with it.
  bool fill(RecordReader& reader, std::size_t limit) {
    used_ = 0;
    rejections_.clear();
    std::size_t bytes = 0;
    for (std::size_t read = 0; read < limit && bytes < kMaxChunkBytes; ++read) {
      if (used_ == records_.size()) records_.emplace_back();
      if (!reader.next(records_[used_])) return false;
      if (auto rejection = check(records_[used_], columns_)) {
        rejections_.push_back(*std::move(rejection));
        continue;
      }
      bytes += records_[used_].size_bytes();
      ++used_;
    }
    return true;
  }

  std::span<const Record> records() const { return std::span(records_).first(used_); }
  const std::vector<Rejection>& rejections() const { return rejections_; }

 private:
  std::vector<schema::Column> columns_;
  std::vector<Record> records_;
  std::size_t used_ = 0;
  std::vector<Rejection> rejections_;
};

std::vector<Rejection> merged(const std::vector<Rejection>& left,
                              const std::vector<Rejection>& right) {
  std::vector<Rejection> all;
  std::merge(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(all),
             [](const Rejection& one, const Rejection& other) { return one.line < other.line; });
  return all;
}

LoadReport report_of(const Progress& progress, const Progress& begun, const Position& beginning) {
  return {.written = progress.written,
          .skipped = progress.skipped,
          .rejected = progress.rejected,
          .resumed_at_line = begun.position == beginning ? 0 : begun.position.line,
          .was_finished = begun.finished};
}

Target make_target(db::Session& session, const LoadOptions& options, const RecordReader& reader) {
  if (options.batch < 1 || options.batch > kMaxBatch) {
    throw Error(ErrorCode::usage,
                fmt::format("--batch: expected 1..{}, got {}", kMaxBatch, options.batch));
  }
  Target target{.table = schema::require_table(session, options.table),
                .columns = reader.columns(),
                .key = options.key,
                .on_conflict = options.on_conflict};
  check_columns(options, target);
  if (!target.columns.empty()) check_key(options, target);
  return target;
}

}  // namespace

void LoadObserver::began(std::uint64_t, const LoadReport&) {}
void LoadObserver::committed(std::uint64_t, const LoadReport&) {}

LoadReport load(db::Session& session, const LoadOptions& options, const Clock& clock,
                LoadObserver& observer, const std::stop_token& stop) {
  const auto reader = open_reader(options.file);
  const auto target = make_target(session, options, *reader);
  if (target.columns.empty()) return {};  // an empty array
  const InputFile whole(options.file);
  const auto identity = identity_of(whole, target.table.schema + "." + target.table.name);
  const auto beginning = reader->position();

  Checkpoint checkpoint(session, options.history, clock);
  checkpoint.prepare();
  if (options.restart) checkpoint.forget(identity);
  const auto begun = checkpoint.resume(identity, options.table, options.file.string(), beginning);
  auto progress = begun;
  if (begun.finished) return report_of(progress, begun, beginning);
  reader->seek(begun.position);
  observer.began(whole.size(), report_of(progress, begun, beginning));

  RejectReport rejects(options.rejects, begun.report_bytes);
  const auto loader = Loader::make(session, target);
  std::vector<schema::Column> columns;
  for (std::size_t at = 0; at < target.columns.size(); ++at) columns.push_back(target.column(at));
  Chunk chunk(std::move(columns));
  while (!progress.finished) {
    if (stop.stop_requested()) {
      throw Error(ErrorCode::interrupted,
                  fmt::format("stopped at line {}; the same command goes on from there",
                              progress.position.line));
    }
    const bool more = chunk.fill(*reader, options.batch);
    // The last commit brings those before it to the disk.
    loader->expect_commit(more ? Durability::lazy : Durability::durable);
    migrate::Transaction transaction(session);
    loader->begin_chunk();
    const auto result = loader->put(chunk.records());
    const auto rejections = merged(chunk.rejections(), result.rejections);
    const auto before = progress;
    progress.position = reader->position();
    progress.written += result.written;
    progress.skipped += result.skipped;
    progress.rejected += rejections.size();
    progress.report_bytes = rejects.add(rejections);
    progress.finished = !more;
    checkpoint.advance(identity, before, progress);
    transaction.commit();
    observer.committed(progress.position.offset, report_of(progress, begun, beginning));
  }
  return report_of(progress, begun, beginning);
}

}  // namespace notes::transfer
