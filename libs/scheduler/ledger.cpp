#include "scheduler/ledger.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/dialect.hpp"
#include "scheduler/claim.hpp"
#include "scheduler/records.hpp"
#include "scheduler/rows.hpp"

namespace notes::scheduler {
namespace {

using namespace std::chrono_literals;

/// Nothing is done between the statements here but to make the next one.
constexpr db::TransactionOptions kAtOnce{.idle_limit = 1s};

[[noreturn]] void not_ours(const Ownership& ownership) {
  throw Error(ErrorCode::stale, fmt::format("run {} is not ours any more: attempt {} has ended or "
                                            "was taken over",
                                            to_string(ownership.run), ownership.attempt));
}

/// What changes in the rows of jobs when these come into use and all others go out of it.
std::vector<JobState> changed_jobs(const std::vector<JobState>& rows,
                                   const std::vector<JobState>& wanted, Timestamp now,
                                   bool keep_watermarks) {
  std::map<std::string_view, const JobState*> known;
  for (const auto& row : rows) known.emplace(row.name, &row);
  std::vector<JobState> changed;
  std::set<std::string_view> in_use;
  for (const auto& job : wanted) {
    in_use.insert(job.name);
    const auto found = known.find(job.name);
    if (found == known.end()) {
      changed.push_back({.name = job.name, .schedule = job.schedule, .watermark = now});
      continue;
    }
    auto row = *found->second;
    if (row.schedule == job.schedule) continue;
    const bool goes_on = keep_watermarks && !row.schedule.empty();
    if (!goes_on) row.watermark = std::max(row.watermark, now);
    row.schedule = job.schedule;
    changed.push_back(std::move(row));
  }
  for (auto row : rows) {
    if (row.schedule.empty() || in_use.contains(row.name)) continue;
    row.schedule.clear();
    changed.push_back(std::move(row));
  }
  return changed;
}

struct Abandoned {
  std::vector<std::string> taken;
  std::vector<std::string> lost;
  std::vector<std::string> gone;  ///< of a process that ran one job
};

/// The runs whose owner has not led since, or has not been heard from, locked.
Abandoned find_abandoned(db::Session& session, const Leadership& leadership,
                         const std::vector<std::string>& at_most_once) {
  const auto rows =
      db::query(session,
                fmt::format("SELECT CAST(id AS TEXT), job, CAST(epoch AS TEXT) FROM cron_runs "
                            "WHERE state = 'running' AND {} AND (epoch < :p0 OR (epoch IS NULL AND "
                            "expires_at < {})) ORDER BY created_at, id{}",
                            kLive, session.dialect().clock_after(0ms),
                            session.dialect().row_lock(db::RowLock::update_unlocked)),
                {std::to_string(leadership.epoch)});
  const std::set<std::string_view> once(at_most_once.begin(), at_most_once.end());
  Abandoned abandoned;
  for (const auto& row : rows) {
    const RowReader read("cron_runs", row);
    auto& kind = read.null(2)                  ? abandoned.gone
                 : once.contains(read.text(1)) ? abandoned.lost
                                               : abandoned.taken;
    kind.push_back(read.text(0));
  }
  return abandoned;
}

/// Changes these rows, which are locked, and returns them as they are then.
std::vector<RunRecord> update_runs(db::Session& session, const std::vector<std::string>& ids,
                                   const std::string& set, db::Placeholders parameters) {
  if (ids.empty()) return {};
  return read_runs(db::query(session,
                             fmt::format("UPDATE cron_runs SET {} WHERE id IN ({}) RETURNING {}",
                                         set, list(parameters, ids), kRunColumns),
                             parameters.values()));
}

std::vector<RunRecord> lose(db::Session& session, const std::vector<std::string>& ids,
                            std::string_view why, Timestamp now) {
  db::Placeholders parameters;
  const auto set = fmt::format("state = 'lost', error = {}, finished_at = {}, expires_at = NULL",
                               parameters.add(std::string(why)), parameters.add(stored(now)));
  return update_runs(session, ids, set, std::move(parameters));
}

std::vector<RunRecord> take(db::Session& session, const std::vector<std::string>& ids,
                            const Leader& leader, Timestamp now) {
  db::Placeholders parameters;
  const auto set = fmt::format(
      "state = 'running', attempt = attempt + 1, owner = {}, owner_name = {}, epoch = {}, "
      "expires_at = NULL, not_before = NULL, started_at = {}, finished_at = NULL, error = NULL, "
      "exit_code = NULL",
      parameters.add(to_string(leader.leadership.holder)), parameters.add(leader.name),
      parameters.add(std::to_string(leader.leadership.epoch)), parameters.add(stored(now)));
  return update_runs(session, ids, set, std::move(parameters));
}

/// The runs that this one, if it waits, has to wait for: those of its job that run, or wait and are
/// older. nullopt when it does not wait (any more).
std::optional<std::vector<RunId>> alive_before(db::Session& session, const std::string& job,
                                               RunId run) {
  const auto rows =
      db::query(session,
                fmt::format("SELECT CAST(id AS TEXT), state FROM cron_runs WHERE {} AND job = :p0 "
                            "ORDER BY created_at, id",
                            kLive),
                {job});
  std::vector<RunId> others;
  bool waits = false;
  for (const auto& row : rows) {
    const RowReader read("cron_runs", row);
    const auto id = read.id<RunId>(0);
    const bool running = read.text(1) == "running";
    if (id == run) {
      waits = !running;
    } else if (running || !waits) {
      others.push_back(id);
    }
  }
  if (!waits) return std::nullopt;
  return others;
}

void skip_run(db::Session& session, const std::string& run, Timestamp now) {
  db::query(session,
            "UPDATE cron_runs SET state = 'skipped', error = 'overlap', finished_at = :p0 "
            "WHERE id = :p1",
            {stored(now), run});
}

void append(std::vector<RunRecord>& all, std::vector<RunRecord> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

}  // namespace

Ledger::Ledger(db::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

std::vector<JobState> Ledger::jobs() { return database_.read(&read_jobs); }

std::vector<JobState> Ledger::adopt(const Leadership& leadership, const std::vector<JobState>& jobs,
                                    bool keep_watermarks) {
  return database_.transact(
      [&](db::Session& session) {
        lock_leadership(session, leadership);
        auto changed = changed_jobs(read_jobs(session), jobs, clock_.now(), keep_watermarks);
        if (!changed.empty()) write_schedules(session, std::move(changed));
        return read_jobs(session);
      },
      kAtOnce);
}

Claimed Ledger::claim(const Leadership& leadership, std::span<const Decision> decisions,
                      std::span<const JobState> watermarks) {
  return database_.transact(
      [&](db::Session& session) {
        const auto leader = lock_leadership(session, leadership);
        return claim_ticks(session, leader, clock_.now(), decisions, watermarks);
      },
      kAtOnce);
}

std::vector<RunRecord> Ledger::take_over(const Leadership& leadership,
                                         const std::vector<std::string>& at_most_once) {
  return database_.transact(
      [&](db::Session& session) {
        const auto leader = lock_leadership(session, leadership);
        const auto now = clock_.now();
        const auto abandoned = find_abandoned(session, leadership, at_most_once);
        auto runs = take(session, abandoned.taken, leader, now);
        append(runs, lose(session, abandoned.lost,
                          "whoever ran it is gone, and it must not be run a second time", now));
        append(runs, lose(session, abandoned.gone, "the process that ran it is gone", now));
        return runs;
      },
      kAtOnce);
}

std::vector<RunRecord> Ledger::waiting() {
  return database_.read([](db::Session& session) {
    return read_runs(db::query(
        session,
        fmt::format("SELECT {} FROM cron_runs WHERE id IN (SELECT id FROM (SELECT id, ROW_NUMBER() "
                    "OVER (PARTITION BY job ORDER BY COALESCE(not_before, created_at), "
                    "created_at, id) AS place FROM cron_runs WHERE {} AND state <> 'running') AS "
                    "ranked WHERE place <= 100) ORDER BY created_at, id",
                    kRunColumns, kLive)));
  });
}

std::optional<Ledger::Begun> Ledger::begin(const Leadership& leadership, RunId run,
                                           Overlap overlap) {
  return database_.transact(
      [&](db::Session& session) -> std::optional<Begun> {
        const auto leader = lock_leadership(session, leadership);
        const auto now = clock_.now();
        const auto id = to_string(run);
        const auto job = db::query(session, "SELECT job FROM cron_runs WHERE id = :p0", {id});
        if (job.empty()) return std::nullopt;
        const auto name = job.front().front().value_or("");
        lock_job(session, name, now);
        const auto others = alive_before(session, name, run);
        if (!others) return std::nullopt;
        if (!others->empty() && overlap == Overlap::queue) return std::nullopt;
        if (!others->empty() && overlap == Overlap::skip) {
          skip_run(session, id, now);
          return std::nullopt;
        }
        Begun begun;
        if (overlap == Overlap::replace) {
          begun.replaced = *others;
          cancel_runs(session, *others, "replaced by a newer run", now);
        }
        begun.run = take(session, {id}, leader, now).at(0);
        return begun;
      },
      kAtOnce);
}

void Ledger::checkpoint(db::Session& session, const Ownership& ownership,
                        std::string_view checkpoint, const Counters& counters) {
  if (!write_checkpoint(session, ownership, checkpoint, counters)) not_ours(ownership);
}

void Ledger::finish_in(db::Session& session, const Ownership& ownership, const Outcome& outcome) {
  if (!write_outcome(session, ownership, outcome, clock_.now())) not_ours(ownership);
}

std::vector<RunId> Ledger::finish(std::span<const Ending> endings) {
  std::vector<const Ending*> ordered;
  for (const auto& ending : endings) ordered.push_back(&ending);
  // Everybody locks runs in this order.
  std::sort(ordered.begin(), ordered.end(), [](const auto* one, const auto* other) {
    return one->ownership.run < other->ownership.run;
  });
  return database_.transact(
      [&](db::Session& session) {
        const auto now = clock_.now();
        std::vector<RunId> ended;
        for (const auto* ending : ordered) {
          const auto& [ownership, outcome] = *ending;
          if (write_outcome(session, ownership, outcome, now)) ended.push_back(ownership.run);
        }
        return ended;
      },
      kAtOnce);
}

}  // namespace notes::scheduler
