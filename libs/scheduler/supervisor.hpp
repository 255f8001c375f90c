#pragma once

#include <cstdint>
#include <span>

#include "scheduler/boot_clock.hpp"

namespace notes::scheduler {

/// The first argument of a program that is to be a supervisor; then come the grace in
/// milliseconds, until when the command may run and until when it is trusted (nanoseconds on
/// BootClock), and the command.
inline constexpr const char* kSuperviseArgument = "--supervise-command";

/// main() of the process that watches over one command, see run_command(); call it before anything
/// else when `arguments[1]` is kSuperviseArgument. Returns the exit status.
int supervise(std::span<char* const> arguments);

/// What the descriptors of a supervisor are, behind the standard ones: the command's output goes to
/// its standard output and error.
inline constexpr int kOrders = 3;
inline constexpr int kReports = 4;

/// What whoever started a supervisor tells it. When no more orders can come, the command is ended.
struct Order {
  enum class Kind : std::int64_t { trust_until, stop };
  Kind kind = Kind::stop;
  std::int64_t until = 0;  ///< nanoseconds on BootClock
};

/// What a supervisor tells.
struct Report {
  enum class Kind : std::int64_t {
    started,      ///< `value`: the command's process group
    not_started,  ///< `value`: errno; the last one
    ended,        ///< `value`: its status, as waitpid has it; the last one
  };
  /// Why it ended, for Kind::ended.
  enum class Cause : std::int64_t { itself, timeout, stop, distrust };
  Kind kind = Kind::started;
  std::int64_t value = 0;
  Cause cause = Cause::itself;
  std::int64_t left_alive = 0;  ///< 1: something that it began could not be killed
};

}  // namespace notes::scheduler
