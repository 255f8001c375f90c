#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.hpp"
#include "base/uuid.hpp"
#include "scheduler/job.hpp"

namespace notes::scheduler {

using RunId = Id<struct RunTag>;
/// A process, from its start to its end: made anew at each start.
using HolderId = Id<struct HolderTag>;

/// What a schedule said: the key of a tick beside its job. `nominal` carries the zone, so that a
/// job that moves to another zone does not meet its own old ticks:
/// "2025-11-02T01:30:00[America/New_York]" (RFC 9557's suffix).
struct Tick {
  std::string nominal;
  int fold = 0;
  Timestamp due_at;

  friend bool operator==(const Tick&, const Tick&) = default;
};

enum class Origin { schedule, trigger, exec, backfill };

enum class RunState {
  queued,    ///< waits for its turn
  running,   ///< somebody owns it
  retrying,  ///< an attempt failed; the next one comes at `not_before`
  succeeded,
  failed,
  cancelled,  ///< replaced by a newer one, or stopped by a person
  skipped,    ///< asked for, and not run: the error says why
  lost,       ///< whoever ran it is gone, and it must not be run again
};

std::string_view to_string(Origin origin);
std::string_view to_string(RunState state);
/// What to_string() writes; nullopt for anything else.
std::optional<Origin> parse_origin(std::string_view text);
std::optional<RunState> parse_run_state(std::string_view text);

/// What a run has counted: "deleted" → 1200.
using Counters = std::map<std::string, std::int64_t, std::less<>>;

/// A row of cron_runs, without its output.
struct RunRecord {
  RunId id;
  std::string job;
  Origin origin = Origin::schedule;
  std::optional<Tick> tick = {};  ///< none when it was asked for by hand
  bool apply = false;
  Parameters parameters = {};
  RunState state = RunState::queued;
  std::int64_t attempt = 0;  ///< from 1; 0: never begun
  std::optional<HolderId> owner = {};
  std::string owner_name = {};
  std::optional<Timestamp> not_before = {};
  Timestamp created_at;
  std::optional<Timestamp> started_at = {};
  std::optional<Timestamp> finished_at = {};
  std::string checkpoint = {};  ///< where the next chunk begins, in the job's own words
  Counters counters = {};
  std::string error = {};
  std::optional<int> exit_code = {};
};

/// The right to write of a run: it ends when somebody else takes the run over.
struct Ownership {
  RunId run;
  HolderId owner;
  std::int64_t attempt = 1;
};

/// How an attempt ended.
struct Outcome {
  RunState state = RunState::succeeded;  ///< succeeded, failed, cancelled, skipped or retrying
  std::string error = {};
  std::optional<int> exit_code = {};
  std::string output = {};
  Counters counters = {};                    ///< empty: those that stand in the row are kept
  std::optional<Timestamp> not_before = {};  ///< of the next attempt, when retrying
};

}  // namespace notes::scheduler
