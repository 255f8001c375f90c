// Runs a command as the scheduler does and says how it ended, or is the supervisor of one:
//   command_parent GRACE_MS TIMEOUT_MS TRUST_MS COMMAND…
// A timeout of 0 is none. Trust goes on for TRUST_MS from each renewal.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "config/variables.hpp"
#include "scheduler/supervised_command.hpp"

using namespace notes;

int main(int argc, char** argv) {
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  if (argc > 1 && std::string_view(argv[1]) == scheduler::kSuperviseArgument) {
    return scheduler::supervise(arguments);
  }
  if (argc < 5) return 64;
  const std::chrono::milliseconds timeout(std::atoi(argv[2]));
  const std::chrono::milliseconds trust(std::atoi(argv[3]));
  scheduler::SupervisedCommand command;
  command.arguments.assign(argv + 4, argv + argc);
  command.environment = config::process_variables();
  command.grace = std::chrono::milliseconds(std::atoi(argv[1]));
  if (timeout.count() > 0) command.timeout = timeout;
  command.trusted_until = [&] { return scheduler::BootClock::now() + trust; };
  const auto end = scheduler::run_supervised(command);
  std::printf("%s", end.output.c_str());
  return 0;
}
