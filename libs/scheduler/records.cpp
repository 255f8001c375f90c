#include "scheduler/records.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/dialect.hpp"
#include "scheduler/json.hpp"
#include "scheduler/lease_row.hpp"
#include "scheduler/rows.hpp"

namespace notes::scheduler {
namespace {

struct LockLeadership : db::PreparedQuery {
  explicit LockLeadership(db::Session& session)
      : db::PreparedQuery(session,
                          fmt::format("SELECT holder_name FROM cron_leases "
                                      "WHERE name = :p0 AND holder = :p1 AND epoch = :p2{}",
                                      session.dialect().row_lock(db::RowLock::share)),
                          3, 1) {}
};

constexpr auto kWriteCheckpoint =
    "UPDATE cron_runs SET checkpoint = :p0, counters = :p1 "
    "WHERE id = :p2 AND owner = :p3 AND attempt = :p4 AND state = 'running'";

struct WriteCheckpoint : db::PreparedQuery {
  explicit WriteCheckpoint(db::Session& session)
      : db::PreparedQuery(session, kWriteCheckpoint, 5, 0) {}
};

constexpr auto kWriteOutcome =
    "UPDATE cron_runs SET state = :p0, error = :p1, exit_code = :p2, output = :p3, "
    "counters = COALESCE(:p4, counters), not_before = :p5, finished_at = :p6, expires_at = NULL "
    "WHERE id = :p7 AND owner = :p8 AND attempt = :p9 AND state = 'running'";

struct WriteOutcome : db::PreparedQuery {
  explicit WriteOutcome(db::Session& session) : db::PreparedQuery(session, kWriteOutcome, 10, 0) {}
};

template <typename Value>
Value known(const RowReader& read, std::size_t at, const std::optional<Value>& value) {
  if (!value) read.refuse(at);
  return *value;
}

std::optional<Tick> read_tick(const RowReader& read) {
  if (read.null(3)) return std::nullopt;
  return Tick{
      .nominal = read.text(3), .fold = static_cast<int>(read.number(4)), .due_at = read.time(5)};
}

std::string values(db::Placeholders& parameters, const RunRecord& run, const Hold& hold) {
  const auto add = [&](const db::Text& value) { return parameters.add(value); };
  const auto number = [](const auto& value) {
    return value ? db::Text(std::to_string(*value)) : std::nullopt;
  };
  const auto& tick = run.tick;
  return fmt::format("({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})",
                     add(to_string(run.id)), add(run.job), add(std::string(to_string(run.origin))),
                     add(tick ? db::Text(tick->nominal) : std::nullopt),
                     add(tick ? db::Text(std::to_string(tick->fold)) : std::nullopt),
                     add(tick ? stored(tick->due_at) : std::nullopt), add(run.apply ? "1" : "0"),
                     add(to_json(run.parameters)), add(std::string(to_string(run.state))),
                     add(std::to_string(run.attempt)),
                     add(run.owner ? db::Text(to_string(*run.owner)) : std::nullopt),
                     add(stored_or_null(run.owner_name)), add(number(hold.epoch)), hold.expires_at,
                     add(stored(run.created_at)), add(stored(run.started_at)));
}

/// Rows of (name, schedule, watermark) in the order of the names, which is the order in which they
/// are locked by everybody.
void upsert_jobs(db::Session& session, std::vector<JobState> jobs, std::string_view update) {
  std::sort(jobs.begin(), jobs.end(),
            [](const auto& one, const auto& other) { return one.name < other.name; });
  in_portions(jobs.size(), [&](std::size_t begin, std::size_t end) {
    db::Placeholders parameters;
    std::string rows;
    for (auto at = begin; at < end; ++at) {
      rows += fmt::format("{}({}, {}, {})", rows.empty() ? "" : ", ", parameters.add(jobs[at].name),
                          parameters.add(jobs[at].schedule),
                          parameters.add(stored(jobs[at].watermark)));
    }
    db::query(session,
              fmt::format("INSERT INTO cron_jobs (name, schedule, watermark) VALUES {} "
                          "ON CONFLICT (name) DO UPDATE SET {}",
                          rows, update),
              parameters.values());
  });
}

}  // namespace

RunRecord read_run(const std::vector<db::Text>& row) {
  const RowReader read("cron_runs", row);
  RunRecord run;
  run.id = read.id<RunId>(0);
  run.job = read.text(1);
  run.origin = known(read, 2, parse_origin(read.text(2)));
  run.tick = read_tick(read);
  run.apply = read.number(6) != 0;
  run.parameters = parse_parameters(read.text(7));
  run.state = known(read, 8, parse_run_state(read.text(8)));
  run.attempt = read.number(9);
  if (!read.null(10)) run.owner = read.id<HolderId>(10);
  run.owner_name = read.text(11);
  run.not_before = read.maybe_time(12);
  run.created_at = read.time(13);
  run.started_at = read.maybe_time(14);
  run.finished_at = read.maybe_time(15);
  run.checkpoint = read.text(16);
  run.counters = parse_counters(read.text(17));
  run.error = read.text(18);
  if (!read.null(19)) run.exit_code = static_cast<int>(read.number(19));
  return run;
}

std::vector<RunRecord> read_runs(const std::vector<std::vector<db::Text>>& rows) {
  std::vector<RunRecord> runs;
  runs.reserve(rows.size());
  for (const auto& row : rows) runs.push_back(read_run(row));
  return runs;
}

Leader lock_leadership(db::Session& session, const Leadership& leadership) {
  const auto rows = session.kept<LockLeadership>().run({std::string(kSchedulerLease),
                                                        to_string(leadership.holder),
                                                        std::to_string(leadership.epoch)});
  if (rows.empty()) {
    throw Error(ErrorCode::stale,
                fmt::format("the leadership of epoch {} has passed on", leadership.epoch));
  }
  return {leadership, rows.front().front().value_or("")};
}

void tell_leader(db::Session& session) {
  db::query(session, "UPDATE cron_leases SET requests = requests + 1 WHERE name = :p0",
            {std::string(kSchedulerLease)});
  session.dialect().notify(session, kLeaseChannel);
}

void insert_runs(db::Session& session, std::span<const RunRecord> runs, const Hold& hold) {
  in_portions(runs.size(), [&](std::size_t begin, std::size_t end) {
    db::Placeholders parameters;
    std::string rows;
    for (const auto& run : runs.subspan(begin, end - begin)) {
      rows += (rows.empty() ? "" : ", ") + values(parameters, run, hold);
    }
    db::query(session,
              "INSERT INTO cron_runs (id, job, origin, nominal, fold, due_at, apply, parameters, "
              "state, attempt, owner, owner_name, epoch, expires_at, created_at, started_at) "
              "VALUES " +
                  rows,
              parameters.values());
  });
}

void lock_job(db::Session& session, std::string_view job, Timestamp now) {
  // A true change of the row: where transactions read a snapshot, who waited for it begins anew and
  // does not overlook the run that was begun here.
  upsert_jobs(session, {{.name = std::string(job), .schedule = "", .watermark = now}},
              "schedule = cron_jobs.schedule");
}

std::vector<JobState> read_jobs(db::Session& session) {
  const auto rows =
      db::query(session,
                "SELECT name, schedule, CAST(watermark AS TEXT), CAST(paused_at AS TEXT), "
                "CAST(paused_until AS TEXT), paused_by FROM cron_jobs ORDER BY name");
  std::vector<JobState> jobs;
  for (const auto& row : rows) {
    const RowReader read("cron_jobs", row);
    auto& job = jobs.emplace_back();
    job.name = read.text(0);
    job.schedule = read.text(1);
    job.watermark = read.time(2);
    if (!read.null(3)) {
      job.pause = Pause{.since = read.time(3), .until = read.maybe_time(4), .by = read.text(5)};
    }
  }
  return jobs;
}

void move_watermarks(db::Session& session, std::vector<JobState> jobs) {
  upsert_jobs(session, std::move(jobs),
              "watermark = CASE WHEN excluded.watermark > cron_jobs.watermark "
              "THEN excluded.watermark ELSE cron_jobs.watermark END");
}

void write_schedules(db::Session& session, std::vector<JobState> jobs) {
  upsert_jobs(session, std::move(jobs),
              "schedule = excluded.schedule, watermark = excluded.watermark");
}

void cancel_runs(db::Session& session, const std::vector<RunId>& runs, std::string_view why,
                 Timestamp now) {
  if (runs.empty()) return;
  std::vector<std::string> ids;
  ids.reserve(runs.size());
  for (const auto& run : runs) ids.push_back(to_string(run));
  std::sort(ids.begin(), ids.end());
  db::Placeholders parameters;
  const auto error = parameters.add(std::string(why));
  const auto finished = parameters.add(stored(now));
  db::query(session,
            fmt::format("UPDATE cron_runs SET state = 'cancelled', error = {}, finished_at = {} "
                        "WHERE {} AND id IN ({})",
                        error, finished, kLive, list(parameters, ids)),
            parameters.values());
}

bool write_checkpoint(db::Session& session, const Ownership& ownership, std::string_view checkpoint,
                      const Counters& counters) {
  return session.kept<WriteCheckpoint>().change(
             {std::string(checkpoint), to_json(counters), to_string(ownership.run),
              to_string(ownership.owner), std::to_string(ownership.attempt)}) == 1;
}

bool write_outcome(db::Session& session, const Ownership& ownership, const Outcome& outcome,
                   Timestamp now) {
  const bool over = outcome.state != RunState::retrying;
  return session.kept<WriteOutcome>().change(
             {std::string(to_string(outcome.state)), stored_or_null(outcome.error),
              outcome.exit_code ? db::Text(std::to_string(*outcome.exit_code)) : std::nullopt,
              stored_or_null(outcome.output),
              outcome.counters.empty() ? std::nullopt : db::Text(to_json(outcome.counters)),
              over ? std::nullopt : stored(outcome.not_before), over ? stored(now) : std::nullopt,
              to_string(ownership.run), to_string(ownership.owner),
              std::to_string(ownership.attempt)}) == 1;
}

}  // namespace notes::scheduler
