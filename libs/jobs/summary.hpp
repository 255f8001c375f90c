#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "scheduler/run.hpp"

namespace notes::jobs {

/// Whether a run may change anything.
enum class Effect { changes, counts_only };

/// How many units this run has done, earlier attempts included.
std::int64_t processed(const scheduler::Run& run);

/// "dry run, nothing was changed: processed 1200, would_delete 1200; 0 errors in 3.2s (375/s)": the
/// last line that each job prints. The rate is that of this attempt: `processed_before` units were
/// done by earlier ones.
std::string summary_text(const scheduler::Counters& counters, std::int64_t processed_before,
                         std::chrono::milliseconds took, Effect effect);

/// Says at its end, in the run's output and in the log, what a job has done: also when it was
/// stopped or failed.
class Summary {
 public:
  /// The run must outlive it.
  Summary(scheduler::Run& run, Effect effect);
  Summary(const Summary&) = delete;
  Summary& operator=(const Summary&) = delete;
  ~Summary();

 private:
  scheduler::Run& run_;
  Effect effect_;
  std::int64_t processed_before_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace notes::jobs
