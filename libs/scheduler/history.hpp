#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/database.hpp"
#include "scheduler/ledger.hpp"
#include "scheduler/run_record.hpp"

namespace notes::scheduler {

/// Which runs or ticks are asked for.
struct HistoryFilter {
  std::optional<std::string> job = {};
  bool unsuccessful_only = false;  ///< runs that ended, and not as succeeded
  bool live_only = false;          ///< runs that have not ended
  std::optional<Timestamp> since = {};
  std::size_t limit = 50;
};

/// A tick that was not run.
struct SkippedTick {
  std::string job;
  Tick tick;
  std::string reason;
  Timestamp decided_at;
};

/// What is kept of the past, for those who look: reads only. Thread-safe; the database must outlive
/// it. Throws what db::Database throws.
class History {
 public:
  explicit History(db::Database& database) : database_(database) {}

  /// The newest first.
  std::vector<RunRecord> runs(const HistoryFilter& filter);
  std::vector<SkippedTick> skipped(const HistoryFilter& filter);

  /// By the whole id, or the last digits of it when they are of one run alone: ids begin with the
  /// time. In either case of letters. Throws Error{not_found}, {usage} when several runs' ids end
  /// so.
  RunRecord find(std::string_view run);
  std::string output(RunId run);

  /// Every job that has a row; "*" is the pause of all.
  std::vector<JobState> jobs();
  /// Of each job the newest run that has succeeded; that has succeeded, failed or was lost; and of
  /// all.
  std::map<std::string, RunRecord, std::less<>> last_successes();
  std::map<std::string, RunRecord, std::less<>> last_verdicts();
  std::map<std::string, RunRecord, std::less<>> last_runs();

 private:
  db::Database& database_;
};

}  // namespace notes::scheduler
