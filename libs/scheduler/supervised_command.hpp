#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "process/spawn.hpp"
#include "scheduler/boot_clock.hpp"
#include "scheduler/supervisor.hpp"

namespace notes::scheduler {

/// A command, and how long it may live.
struct SupervisedCommand {
  std::vector<std::string> arguments;  ///< the program first
  process::Environment environment = {};
  std::chrono::milliseconds grace{0};                     ///< between TERM and KILL
  std::optional<std::chrono::milliseconds> timeout = {};  ///< from now on
  /// See CommandOptions; empty: for ever.
  std::function<BootClock::time_point()> trusted_until = {};
  std::stop_token stop = {};
  std::string supervisor = "/proc/self/exe";  ///< a program whose main() calls supervise()
};

struct CommandEnd {
  /// The last report of the supervisor; none when it was killed.
  std::optional<Report> report;
  std::string output;  ///< see BoundedOutput
};

/// Runs the command under a supervisor to the end of all that it began. Throws Error{internal} when
/// no process can be started.
CommandEnd run_supervised(const SupervisedCommand& command);

}  // namespace notes::scheduler
