#include "scheduler/history.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/query.hpp"
#include "scheduler/records.hpp"
#include "scheduler/rows.hpp"

namespace notes::scheduler {
namespace {

constexpr auto kUnsuccessful = "state IN ('failed', 'cancelled', 'lost', 'skipped')";

constexpr auto kOutput = "SELECT output FROM cron_runs WHERE id = :p0";

/// " WHERE a AND b", or nothing.
std::string where(const std::vector<std::string>& conditions) {
  std::string text;
  for (const auto& condition : conditions) {
    text += (text.empty() ? " WHERE " : " AND ") + condition;
  }
  return text;
}

std::string newest(std::string_view condition) {
  return fmt::format(
      "SELECT {} FROM cron_runs WHERE id IN (SELECT id FROM (SELECT id, ROW_NUMBER() OVER "
      "(PARTITION BY job ORDER BY created_at DESC, id DESC) AS place FROM cron_runs{}) AS ranked "
      "WHERE place = 1)",
      kRunColumns, condition);
}

std::map<std::string, RunRecord, std::less<>> by_job(std::vector<RunRecord> runs) {
  std::map<std::string, RunRecord, std::less<>> found;
  for (auto& run : runs) {
    auto job = run.job;
    found.emplace(std::move(job), std::move(run));
  }
  return found;
}

}  // namespace

std::vector<RunRecord> History::runs(const HistoryFilter& filter) {
  db::Placeholders parameters;
  std::vector<std::string> conditions;
  if (filter.job) conditions.push_back("job = " + parameters.add(*filter.job));
  if (filter.since)
    conditions.push_back("created_at >= " + parameters.add(to_string(*filter.since)));
  if (filter.unsuccessful_only) conditions.emplace_back(kUnsuccessful);
  if (filter.live_only) conditions.emplace_back(kLive);
  const auto statement = fmt::format(
      "SELECT {} FROM cron_runs{} ORDER BY created_at DESC, id DESC LIMIT CAST({} AS BIGINT)",
      kRunColumns, where(conditions), parameters.add(std::to_string(filter.limit)));
  return database_.read([&](db::Session& session) {
    return read_runs(db::query(session, statement, parameters.values()));
  });
}

std::vector<SkippedTick> History::skipped(const HistoryFilter& filter) {
  db::Placeholders parameters;
  std::vector<std::string> conditions{"outcome = 'skipped'"};
  if (filter.job) conditions.push_back("job = " + parameters.add(*filter.job));
  if (filter.since) conditions.push_back("due_at >= " + parameters.add(to_string(*filter.since)));
  const auto statement = fmt::format(
      "SELECT job, nominal, CAST(fold AS TEXT), CAST(due_at AS TEXT), reason, "
      "CAST(decided_at AS TEXT) FROM cron_ticks{} ORDER BY due_at DESC, job LIMIT "
      "CAST({} AS BIGINT)",
      where(conditions), parameters.add(std::to_string(filter.limit)));
  return database_.read([&](db::Session& session) {
    std::vector<SkippedTick> ticks;
    for (const auto& row : db::query(session, statement, parameters.values())) {
      const RowReader reader("cron_ticks", row);
      ticks.push_back({.job = reader.text(0),
                       .tick = {.nominal = reader.text(1),
                                .fold = static_cast<int>(reader.number(2)),
                                .due_at = reader.time(3)},
                       .reason = reader.text(4),
                       .decided_at = reader.time(5)});
    }
    return ticks;
  });
}

RunRecord History::find(std::string_view run) {
  constexpr std::size_t kShortest = 6;
  const bool hexadecimal = run.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
  if (run.size() < kShortest || !hexadecimal) {
    throw Error(
        ErrorCode::usage,
        fmt::format("'{}' is no run: give its id, or at least its last {} digits", run, kShortest));
  }
  const auto statement =
      fmt::format("SELECT {} FROM cron_runs WHERE CAST(id AS TEXT) LIKE :p0 LIMIT 2", kRunColumns);
  std::string digits(run);
  for (char& digit : digits) {
    if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
  }
  auto found = database_.read([&](db::Session& session) {
    return read_runs(db::query(session, statement, {"%" + digits}));
  });
  if (found.empty()) throw Error(ErrorCode::not_found, fmt::format("there is no run {}", run));
  if (found.size() > 1) {
    throw Error(ErrorCode::usage, fmt::format("the ids of several runs end in {}", run));
  }
  return std::move(found.front());
}

std::string History::output(RunId run) {
  const auto rows = database_.read(
      [&](db::Session& session) { return db::query(session, kOutput, {to_string(run)}); });
  return rows.empty() ? "" : rows.front()[0].value_or("");
}

std::vector<JobState> History::jobs() {
  return database_.read([](db::Session& session) { return read_jobs(session); });
}

std::map<std::string, RunRecord, std::less<>> History::last_successes() {
  return database_.read([](db::Session& session) {
    return by_job(read_runs(db::query(session, newest(" WHERE state = 'succeeded'"))));
  });
}

std::map<std::string, RunRecord, std::less<>> History::last_verdicts() {
  return database_.read([](db::Session& session) {
    return by_job(
        read_runs(db::query(session, newest(" WHERE state IN ('succeeded', 'failed', 'lost')"))));
  });
}

std::map<std::string, RunRecord, std::less<>> History::last_runs() {
  return database_.read(
      [](db::Session& session) { return by_job(read_runs(db::query(session, newest("")))); });
}

}  // namespace notes::scheduler
