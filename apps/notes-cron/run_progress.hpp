#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "scheduler/run.hpp"

namespace notes::cron_app {

/// "[######..............] 30%  1200 of 4000  350/s  8s left"; without a total "1200  350/s".
std::string progress_text(std::int64_t done, std::int64_t done_before,
                          std::optional<std::int64_t> total, std::chrono::milliseconds took);

/// Shows on a terminal how far a run is, ten times a second at most.
class RunProgress final : public scheduler::RunObserver {
 public:
  /// The invocation must outlive it.
  explicit RunProgress(const cli::Invocation& invocation);

  void advanced(const scheduler::Run& run) override;

 private:
  using Steady = std::chrono::steady_clock;

  cli::ProgressLine line_;
  Steady::time_point begun_ = Steady::now();
  std::optional<Steady::time_point> shown_;
  std::optional<std::int64_t> done_before_;
};

}  // namespace notes::cron_app
