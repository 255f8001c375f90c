#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "db/query.hpp"
#include "migrate/migrator.hpp"
#include "scheduler/lease.hpp"
#include "scheduler/ledger.hpp"
#include "support/database.hpp"

namespace notes::tests {

/// The project's own schema on a fresh database.
void migrate_to_head(const std::string& url);

/// The first row of one statement on a session of its own, as text; "NULL" for NULL.
std::vector<std::string> row_of(const std::string& url, const std::string& statement);
std::string value_of(const std::string& url, const std::string& statement);

/// The code of what work throws; nullopt when it throws nothing.
template <typename Work>
std::optional<ErrorCode> code_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    CAPTURE(error.what());
    return error.code();
  }
  return std::nullopt;
}

/// Shorthand for 21 November 2026, 11:MM UTC.
Timestamp minute(int minute);
scheduler::Tick tick(int minute);

scheduler::Ownership ownership(const scheduler::RunRecord& run);

/// A database with the scheduler's tables, and what works on them.
template <typename Backend>
struct Office {
  Office() { migrate_to_head(url()); }

  std::string url() const { return open.backend.url(); }

  scheduler::HolderId holder() { return scheduler::HolderId::make(clock.now()); }

  std::unique_ptr<scheduler::LeaderLease> lease(
      scheduler::HolderId of, std::chrono::milliseconds ttl = std::chrono::minutes(1)) {
    return std::make_unique<scheduler::LeaderLease>(db::Url::parse(url()), database_settings(url()),
                                                    std::string(scheduler::kSchedulerLease), of,
                                                    "host 1", ttl);
  }

  /// Somebody new leads, whoever led before.
  scheduler::Leadership lead() {
    execute(url(), {"UPDATE cron_leases SET expires_at = '2000-01-01T00:00:00.000000Z'"});
    const auto who = holder();
    const auto state = lease(who)->acquire();
    REQUIRE(state);
    return {who, state->epoch};
  }

  /// Jobs that run every minute and have been in use since 11:00.
  void adopt(const scheduler::Leadership& leader, std::vector<std::string> jobs) {
    std::vector<scheduler::JobState> states;
    for (auto& job : jobs) states.push_back({std::move(job), "* * * * *", minute(0)});
    ledger.adopt(leader, states, false);
    execute(url(), {"UPDATE cron_jobs SET watermark = '2026-11-21T11:00:00.000000Z'"});
  }

  /// One tick of a job, at its turn.
  scheduler::Claimed claim(const scheduler::Leadership& leader, const std::string& job, int at,
                           scheduler::Overlap overlap = scheduler::Overlap::skip) {
    const scheduler::Decision decision{.job = job, .tick = tick(at), .overlap = overlap};
    const scheduler::JobState moved{job, "* * * * *", minute(at)};
    return ledger.claim(leader, {&decision, 1}, {&moved, 1});
  }

  scheduler::RunRecord exec(const std::string& job,
                            scheduler::Overlap overlap = scheduler::Overlap::skip,
                            std::chrono::milliseconds ttl = std::chrono::minutes(1)) {
    return ledger.exec({.job = job}, holder(), "a shell", overlap, ttl);
  }

  std::string state_of(scheduler::RunId run) {
    return value("SELECT state FROM cron_runs WHERE id = '" + to_string(run) + "'");
  }
  /// "run", or why it was skipped; "" without a row.
  std::string outcome_of(const std::string& job, int at) {
    return value("SELECT COALESCE((SELECT COALESCE(reason, outcome) FROM cron_ticks WHERE job = '" +
                 job + "' AND nominal = '" + tick(at).nominal + "'), '')");
  }

  std::string value(const std::string& statement) { return value_of(url(), statement); }

  OpenDatabase<Backend> open;
  ManualClock clock{*Timestamp::parse("2026-11-21T11:30:00.123456Z")};
  scheduler::Ledger ledger{open.database, clock};
};

}  // namespace notes::tests
