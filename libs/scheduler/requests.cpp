#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/dialect.hpp"
#include "scheduler/claim.hpp"
#include "scheduler/ledger.hpp"
#include "scheduler/records.hpp"
#include "scheduler/rows.hpp"

// The part of Ledger that is not the leader's: runs in the foreground, and what is asked of the
// leader.

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr db::TransactionOptions kAtOnce{.idle_limit = 1s};

RunRecord asked_for(const Ledger::Request& request, Timestamp now) {
  RunRecord run;
  run.id = RunId::make(now);
  run.job = request.job;
  run.origin = request.origin;
  run.apply = request.apply;
  run.parameters = request.parameters;
  run.created_at = now;
  return run;
}

/// Runs of processes that have not been heard from in time end here: there may be no leader to do
/// it.
void lose_expired(db::Session& session, std::string_view job, Timestamp now) {
  db::query(session,
            fmt::format("UPDATE cron_runs SET state = 'lost', error = 'the process that ran it is "
                        "gone', finished_at = :p0, expires_at = NULL WHERE job = :p1 AND {} AND "
                        "state = 'running' AND epoch IS NULL AND expires_at < {}",
                        kLive, session.dialect().clock_after(0ms)),
            {stored(now), std::string(job)});
}

/// Keeps every other run of the job from beginning, and throws Error{locked} when one is alive.
void enter(db::Session& session, std::string_view job, Overlap overlap, Timestamp now) {
  lock_job(session, job, now);
  lose_expired(session, job, now);
  if (overlap == Overlap::allow) return;
  const auto rows = db::query(
      session,
      fmt::format("SELECT {} FROM cron_runs WHERE {} AND job = :p0 ORDER BY created_at, id LIMIT 1",
                  kRunColumns, kLive),
      {std::string(job)});
  if (rows.empty()) return;
  const auto run = read_run(rows.front());
  throw Error(
      ErrorCode::locked,
      fmt::format("job {}: run {} is {}{}{} since {}; wait for it to end, or use --force", job,
                  to_string(run.id), to_string(run.state), run.owner_name.empty() ? "" : " by ",
                  run.owner_name, to_string(run.started_at.value_or(run.created_at))));
}

/// The rows of those ticks that have none, or one that says that they were skipped, now say that
/// they are run. Returns the runs whose tick was.
std::set<std::string> write_backfilled(db::Session& session, std::span<const RunRecord> runs,
                                       Timestamp now) {
  db::Placeholders parameters;
  const auto decided_at = parameters.add(stored(now));
  std::string rows;
  for (const auto& run : runs) {
    rows += fmt::format(
        "{}({}, {}, {}, {}, {}, 'run', {})", rows.empty() ? "" : ", ", parameters.add(run.job),
        parameters.add(run.tick->nominal), parameters.add(std::to_string(run.tick->fold)),
        parameters.add(stored(run.tick->due_at)), decided_at, parameters.add(to_string(run.id)));
  }
  const auto written = db::query(
      session,
      fmt::format("INSERT INTO cron_ticks (job, nominal, fold, due_at, decided_at, outcome, "
                  "run_id) VALUES {} ON CONFLICT (job, nominal, fold) DO UPDATE SET "
                  "outcome = 'run', reason = NULL, run_id = excluded.run_id, "
                  "decided_at = excluded.decided_at WHERE cron_ticks.outcome = 'skipped' "
                  "RETURNING CAST(run_id AS TEXT)",
                  rows),
      parameters.values());
  std::set<std::string> ids;
  for (const auto& row : written) ids.insert(row.front().value_or(""));
  return ids;
}

}  // namespace

RunRecord Ledger::exec(const Request& request, const HolderId& owner, const std::string& owner_name,
                       Overlap overlap, std::chrono::milliseconds ttl) {
  return database_.transact(
      [&](db::Session& session) {
        const auto now = clock_.now();
        enter(session, request.job, overlap, now);
        auto run = asked_for(request, now);
        run.state = RunState::running;
        run.attempt = 1;
        run.owner = owner;
        run.owner_name = owner_name;
        run.started_at = now;
        insert_runs(session, {&run, 1}, {.expires_at = session.dialect().clock_after(ttl)});
        return run;
      },
      kAtOnce);
}

RunRecord Ledger::resume(std::string_view job, const HolderId& owner, const std::string& owner_name,
                         Overlap overlap, std::chrono::milliseconds ttl) {
  return database_.transact(
      [&](db::Session& session) {
        const auto now = clock_.now();
        enter(session, job, overlap, now);
        const auto rows = db::query(
            session,
            fmt::format(
                "UPDATE cron_runs SET state = 'running', attempt = attempt + 1, owner = :p0, "
                "owner_name = :p1, epoch = NULL, expires_at = {}, not_before = NULL, "
                "started_at = :p2, finished_at = NULL, error = NULL, exit_code = NULL "
                "WHERE id = (SELECT id FROM cron_runs WHERE job = :p3 AND state IN ('failed', "
                "'cancelled', 'lost') AND checkpoint <> '' ORDER BY created_at DESC, id DESC "
                "LIMIT 1) RETURNING {}",
                session.dialect().clock_after(ttl), kRunColumns),
            {to_string(owner), owner_name, stored(now), std::string(job)});
        if (rows.empty()) {
          throw Error(ErrorCode::not_found,
                      fmt::format("job {}: no run stopped half-way that could be gone on with; run "
                                  "it without --resume",
                                  job));
        }
        return read_run(rows.front());
      },
      kAtOnce);
}

bool Ledger::extend(const Ownership& ownership, std::chrono::milliseconds ttl) {
  return database_.transact(
      [&](db::Session& session) {
        const auto rows = db::query(
            session,
            fmt::format("UPDATE cron_runs SET expires_at = {} WHERE id = :p0 AND owner = :p1 AND "
                        "attempt = :p2 AND state = 'running' RETURNING job",
                        session.dialect().clock_after(ttl)),
            {to_string(ownership.run), to_string(ownership.owner),
             std::to_string(ownership.attempt)});
        return !rows.empty();
      },
      kAtOnce);
}

RunRecord Ledger::trigger(const Request& request) {
  return database_.transact(
      [&](db::Session& session) {
        tell_leader(session);
        auto run = asked_for(request, clock_.now());
        insert_runs(session, {&run, 1}, {});
        return run;
      },
      kAtOnce);
}

std::vector<RunRecord> Ledger::backfill(const Request& request, std::span<const Tick> ticks) {
  std::vector<RunRecord> begun;
  in_portions(ticks.size(), [&](std::size_t begin, std::size_t end) {
    auto runs = database_.transact(
        [&](db::Session& session) {
          tell_leader(session);
          const auto now = clock_.now();
          std::vector<RunRecord> wanted;
          std::set<std::pair<std::string, int>> named;
          for (const auto& tick : ticks.subspan(begin, end - begin)) {
            if (!named.emplace(tick.nominal, tick.fold).second) continue;
            wanted.push_back(asked_for(request, now));
            wanted.back().tick = tick;
          }
          const auto ours = write_backfilled(session, wanted, now);
          std::erase_if(wanted, [&](const auto& run) { return !ours.contains(to_string(run.id)); });
          insert_runs(session, wanted, {});
          return wanted;
        },
        kAtOnce);
    std::move(runs.begin(), runs.end(), std::back_inserter(begun));
  });
  return begun;
}

void Ledger::pause(std::string_view job, const Pause& pause) {
  database_.transact(
      [&](db::Session& session) {
        tell_leader(session);
        // The row of all jobs is made when it is first needed.
        if (job == kAllJobs) lock_job(session, job, pause.since);
        const auto rows = db::query(
            session,
            "UPDATE cron_jobs SET paused_at = :p0, paused_until = :p1, "
            "paused_by = :p2 WHERE name = :p3 RETURNING name",
            {stored(pause.since), stored(pause.until), stored_or_null(pause.by), std::string(job)});
        if (!rows.empty()) return;
        throw Error(ErrorCode::not_found,
                    fmt::format("job {} has never been in use on this database", job));
      },
      kAtOnce);
}

bool Ledger::resume_job(std::string_view job, std::optional<std::string> paused_by) {
  db::Placeholders parameters;
  auto statement = fmt::format(
      "UPDATE cron_jobs SET paused_at = NULL, paused_until = NULL, paused_by = NULL "
      "WHERE name = {} AND paused_at IS NOT NULL",
      parameters.add(std::string(job)));
  if (paused_by) statement += " AND paused_by = " + parameters.add(*std::move(paused_by));
  statement += " RETURNING name";
  return database_.transact(
      [&](db::Session& session) {
        tell_leader(session);
        return !db::query(session, statement, parameters.values()).empty();
      },
      kAtOnce);
}

bool Ledger::ask_to_step_down() {
  return database_.transact(
      [&](db::Session& session) {
        tell_leader(session);
        const auto rows =
            db::query(session,
                      fmt::format("UPDATE cron_leases SET step_down_epoch = epoch WHERE name = :p0 "
                                  "AND expires_at > {} RETURNING CAST(epoch AS TEXT)",
                                  session.dialect().clock_after(0ms)),
                      {std::string(kSchedulerLease)});
        return !rows.empty();
      },
      kAtOnce);
}

}  // namespace notes::scheduler
