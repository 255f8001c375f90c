#include "scheduler/pruning.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "db/query.hpp"
#include "scheduler/rows.hpp"

namespace notes::scheduler {
namespace {

constexpr auto kRecordedJobs = "SELECT job FROM cron_runs UNION SELECT job FROM cron_ticks";

constexpr std::string_view kSucceeded = "state = 'succeeded'";
constexpr std::string_view kFailed = "state IN ('failed', 'cancelled', 'lost', 'skipped')";

/// The condition on a run of one outcome to be let go.
std::string prunable_runs(db::Placeholders& parameters, const PruneScope& scope,
                          std::string_view outcome, std::chrono::milliseconds age,
                          std::size_t count) {
  const auto job = parameters.add(scope.job);
  const auto cutoff = parameters.add(to_string(scope.now - age));
  const auto behind = parameters.add(std::to_string(std::max<std::size_t>(count, 1) - 1));
  const auto of_job = fmt::format(
      "SELECT created_at, id FROM cron_runs WHERE job = {} AND {} "
      "ORDER BY created_at DESC, id DESC LIMIT 1",
      job, outcome);
  auto condition = fmt::format(
      "job = {} AND {} AND (created_at < {} OR "
      "(created_at, id) < ({} OFFSET CAST({} AS BIGINT)))",
      job, outcome, cutoff, of_job, behind);
  if (outcome == kSucceeded) condition += fmt::format(" AND (created_at, id) < ({})", of_job);
  return condition;
}

/// The condition on a tick to be let go.
std::string prunable_ticks(db::Placeholders& parameters, const PruneScope& scope) {
  const auto job = parameters.add(scope.job);
  const auto cutoff = parameters.add(to_string(scope.now - scope.retention.failed_age));
  const auto behind =
      parameters.add(std::to_string(std::max<std::size_t>(scope.retention.failed_count, 1) - 1));
  return fmt::format(
      "job = {0} AND due_at < (SELECT watermark FROM cron_jobs WHERE name = {0}) AND "
      "((outcome = 'run' AND NOT EXISTS (SELECT 1 FROM cron_runs r WHERE r.id = run_id)) OR "
      "(outcome = 'skipped' AND (due_at < {1} OR due_at < "
      "(SELECT due_at FROM cron_ticks WHERE job = {0} AND outcome = 'skipped' "
      "ORDER BY due_at DESC LIMIT 1 OFFSET CAST({2} AS BIGINT)))))",
      job, cutoff, behind);
}

std::int64_t count(db::Session& session, std::string_view table, const std::string& condition,
                   const db::Placeholders& parameters) {
  const auto rows = db::query(
      session, fmt::format("SELECT CAST(COUNT(*) AS TEXT) FROM {} WHERE {}", table, condition),
      parameters.values());
  return RowReader(table, rows.at(0)).number(0);
}

struct Outcomes {
  std::string_view state;
  std::chrono::milliseconds age;
  std::size_t count;
};

std::vector<Outcomes> outcomes(const Retention& retention) {
  return {{kSucceeded, retention.succeeded_age, retention.succeeded_count},
          {kFailed, retention.failed_age, retention.failed_count}};
}

}  // namespace

std::vector<std::string> recorded_jobs(db::Session& session) {
  std::vector<std::string> jobs;
  for (const auto& row : db::query(session, kRecordedJobs)) {
    jobs.push_back(RowReader("cron_runs", row).text(0));
  }
  std::sort(jobs.begin(), jobs.end());
  return jobs;
}

Pruned count_prunable(db::Session& session, const PruneScope& scope) {
  Pruned found;
  for (const auto& each : outcomes(scope.retention)) {
    db::Placeholders parameters;
    const auto condition = prunable_runs(parameters, scope, each.state, each.age, each.count);
    found.runs += count(session, "cron_runs", condition, parameters);
  }
  db::Placeholders parameters;
  const auto condition = prunable_ticks(parameters, scope);
  found.ticks = count(session, "cron_ticks", condition, parameters);
  return found;
}

Pruned prune(db::Session& session, const PruneScope& scope, std::size_t limit) {
  Pruned pruned;
  for (const auto& each : outcomes(scope.retention)) {
    db::Placeholders parameters;
    const auto condition = prunable_runs(parameters, scope, each.state, each.age, each.count);
    const auto left = limit - static_cast<std::size_t>(pruned.runs);
    const auto statement = fmt::format(
        "DELETE FROM cron_runs WHERE id IN (SELECT id FROM cron_runs WHERE {} "
        "ORDER BY created_at LIMIT CAST({} AS BIGINT)) RETURNING CAST(id AS TEXT)",
        condition, parameters.add(std::to_string(left)));
    pruned.runs +=
        static_cast<std::int64_t>(db::query(session, statement, parameters.values()).size());
  }
  db::Placeholders parameters;
  const auto condition = prunable_ticks(parameters, scope);
  const auto statement = fmt::format(
      "DELETE FROM cron_ticks WHERE (job, nominal, fold) IN (SELECT job, nominal, fold FROM "
      "cron_ticks WHERE {} ORDER BY due_at LIMIT CAST({} AS BIGINT)) RETURNING job",
      condition, parameters.add(std::to_string(limit)));
  pruned.ticks =
      static_cast<std::int64_t>(db::query(session, statement, parameters.values()).size());
  return pruned;
}

}  // namespace notes::scheduler
