#pragma once

#include <span>

#include "db/session.hpp"
#include "scheduler/records.hpp"

namespace notes::scheduler {

/// What Ledger::claim does, inside its transaction and after its leader was confirmed.
Claimed claim_ticks(db::Session& session, const Leader& leader, Timestamp now,
                    std::span<const Decision> decisions, std::span<const JobState> watermarks);

/// The runs of these jobs that have not ended, by job; every run of them that may begin or end does
/// so behind the jobs' rows, which the caller holds.
std::map<std::string, std::vector<RunId>, std::less<>> live_runs(
    db::Session& session, const std::vector<std::string>& jobs);

}  // namespace notes::scheduler
