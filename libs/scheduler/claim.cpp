#include "scheduler/claim.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "db/dialect.hpp"
#include "scheduler/rows.hpp"

namespace notes::scheduler {
namespace {

enum class Fate {
  taken,    ///< its row was there before
  skipped,  ///< as it was decided, with its reason
  overlap,  ///< skipped for a run that is alive
  queued,
  started,
};

struct Entry {
  const Decision* decision = nullptr;
  RunId run;
  Fate fate = Fate::taken;
};

using Key = std::tuple<std::string, std::string, int>;

Key key_of(const Entry& entry) {
  return {entry.decision->job, entry.decision->tick.nominal, entry.decision->tick.fold};
}

std::string tick_row(db::Placeholders& parameters, const Entry& entry,
                     std::string_view decided_at) {
  const auto& [job, tick, reason, overlap, apply, given] = *entry.decision;
  const bool runs = reason.empty();
  return fmt::format("({}, {}, {}, {}, {}, {}, {}, {})", parameters.add(job),
                     parameters.add(tick.nominal), parameters.add(std::to_string(tick.fold)),
                     parameters.add(stored(tick.due_at)), decided_at, runs ? "'run'" : "'skipped'",
                     parameters.add(stored_or_null(reason)),
                     parameters.add(runs ? db::Text(to_string(entry.run)) : std::nullopt));
}

/// Writes the rows of those ticks that have none yet; the others stay Fate::taken.
void insert_ticks(db::Session& session, std::vector<Entry>& entries, Timestamp now) {
  std::set<Key> ours;
  in_portions(entries.size(), [&](std::size_t begin, std::size_t end) {
    db::Placeholders parameters;
    const auto decided_at = parameters.add(stored(now));
    std::string rows;
    for (auto at = begin; at < end; ++at) {
      rows += (rows.empty() ? "" : ", ") + tick_row(parameters, entries[at], decided_at);
    }
    const auto written = db::query(
        session,
        fmt::format("INSERT INTO cron_ticks (job, nominal, fold, due_at, decided_at, outcome, "
                    "reason, run_id) VALUES {} ON CONFLICT (job, nominal, fold) DO NOTHING "
                    "RETURNING job, nominal, CAST(fold AS TEXT)",
                    rows),
        parameters.values());
    for (const auto& row : written) {
      const RowReader read("cron_ticks", row);
      ours.emplace(read.text(0), read.text(1), static_cast<int>(read.number(2)));
    }
  });
  for (auto& entry : entries) {
    // A tick that is named twice is the first one's.
    if (ours.erase(key_of(entry)) == 0) continue;
    entry.fate = entry.decision->skip_reason.empty() ? Fate::started : Fate::skipped;
  }
}

/// What is alive of one job while its ticks are gone through.
struct Alive {
  std::vector<RunId> before;
  std::vector<Entry*> here;

  bool any() const { return !before.empty() || !here.empty(); }
};

void settle(Entry& entry, Alive& alive, std::vector<RunId>& replaced) {
  switch (entry.decision->overlap) {
    case Overlap::allow:
      break;
    case Overlap::skip:
      if (alive.any()) entry.fate = Fate::overlap;
      break;
    case Overlap::queue:
      if (alive.any()) entry.fate = Fate::queued;
      break;
    case Overlap::replace:
      replaced.insert(replaced.end(), alive.before.begin(), alive.before.end());
      for (auto* earlier : alive.here) earlier->fate = Fate::overlap;
      alive = {};
      break;
  }
  if (entry.fate != Fate::overlap) alive.here.push_back(&entry);
}

/// Lets each tick that is to be run start, wait or be skipped. Returns the runs that are replaced.
std::vector<RunId> settle_overlaps(db::Session& session, std::vector<Entry>& entries) {
  std::vector<std::string> jobs;
  for (const auto& entry : entries) {
    if (entry.fate == Fate::started && entry.decision->overlap != Overlap::allow) {
      jobs.push_back(entry.decision->job);
    }
  }
  std::map<std::string, Alive, std::less<>> alive;
  for (auto& [job, runs] : live_runs(session, jobs)) alive[job].before = std::move(runs);
  std::vector<RunId> replaced;
  for (auto& entry : entries) {
    if (entry.fate == Fate::started) settle(entry, alive[entry.decision->job], replaced);
  }
  return replaced;
}

void write_overlaps(db::Session& session, const std::vector<Entry>& entries) {
  std::vector<const Entry*> skipped;
  for (const auto& entry : entries) {
    if (entry.fate == Fate::overlap) skipped.push_back(&entry);
  }
  in_portions(skipped.size(), [&](std::size_t begin, std::size_t end) {
    db::Placeholders parameters;
    std::string keys;
    for (auto at = begin; at < end; ++at) {
      const auto& [job, nominal, fold] = key_of(*skipped[at]);
      keys += fmt::format("{}(job = {} AND nominal = {} AND fold = {})", keys.empty() ? "" : " OR ",
                          parameters.add(job), parameters.add(nominal),
                          parameters.add(std::to_string(fold)));
    }
    db::query(session,
              "UPDATE cron_ticks SET outcome = 'skipped', reason = 'overlap', run_id = NULL "
              "WHERE " +
                  keys,
              parameters.values());
  });
}

RunRecord record_of(const Entry& entry, const Leader& leader, Timestamp now) {
  RunRecord run;
  run.id = entry.run;
  run.job = entry.decision->job;
  run.tick = entry.decision->tick;
  run.apply = entry.decision->apply;
  run.parameters = entry.decision->parameters;
  run.created_at = now;
  if (entry.fate == Fate::queued) return run;
  run.state = RunState::running;
  run.attempt = 1;
  run.owner = leader.leadership.holder;
  run.owner_name = leader.name;
  run.started_at = now;
  return run;
}

/// Their rows, those of the jobs that are decided on and do not move among them.
std::vector<JobState> locked_jobs(std::span<const Decision> decisions,
                                  std::span<const JobState> watermarks) {
  std::map<std::string, JobState, std::less<>> jobs;
  for (const auto& job : watermarks) jobs.emplace(job.name, job);
  for (const auto& decision : decisions) {
    jobs.try_emplace(decision.job, JobState{.name = decision.job, .schedule = "", .watermark = {}});
  }
  std::vector<JobState> all;
  all.reserve(jobs.size());
  for (auto& [name, job] : jobs) all.push_back(std::move(job));
  return all;
}

}  // namespace

std::map<std::string, std::vector<RunId>, std::less<>> live_runs(
    db::Session& session, const std::vector<std::string>& jobs) {
  std::map<std::string, std::vector<RunId>, std::less<>> live;
  in_portions(jobs.size(), [&](std::size_t begin, std::size_t end) {
    db::Placeholders parameters;
    const std::vector<std::string> some(jobs.begin() + static_cast<std::ptrdiff_t>(begin),
                                        jobs.begin() + static_cast<std::ptrdiff_t>(end));
    const auto rows = db::query(
        session,
        fmt::format("SELECT job, CAST(id AS TEXT) FROM cron_runs WHERE {} AND job IN ({}) "
                    "ORDER BY created_at, id",
                    kLive, list(parameters, some)),
        parameters.values());
    for (const auto& row : rows) {
      const RowReader read("cron_runs", row);
      live[read.text(0)].push_back(read.id<RunId>(1));
    }
  });
  return live;
}

Claimed claim_ticks(db::Session& session, const Leader& leader, Timestamp now,
                    std::span<const Decision> decisions, std::span<const JobState> watermarks) {
  move_watermarks(session, locked_jobs(decisions, watermarks));
  std::vector<Entry> entries;
  entries.reserve(decisions.size());
  for (const auto& decision : decisions) {
    entries.push_back({.decision = &decision, .run = RunId::make(now)});
  }
  insert_ticks(session, entries, now);
  Claimed claimed;
  claimed.replaced = settle_overlaps(session, entries);
  write_overlaps(session, entries);
  cancel_runs(session, claimed.replaced, "replaced by a newer run", now);
  for (const auto& entry : entries) {
    switch (entry.fate) {
      case Fate::taken:
        break;
      case Fate::skipped:
      case Fate::overlap:
        ++claimed.skipped;
        break;
      case Fate::queued:
        claimed.queued.push_back(record_of(entry, leader, now));
        break;
      case Fate::started:
        claimed.started.push_back(record_of(entry, leader, now));
        break;
    }
  }
  insert_runs(session, claimed.started, {.epoch = leader.leadership.epoch});
  insert_runs(session, claimed.queued, {});
  return claimed;
}

}  // namespace notes::scheduler
