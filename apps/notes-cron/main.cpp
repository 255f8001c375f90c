#include "cli/main.hpp"

#include <cstddef>
#include <string_view>

#include "commands.hpp"
#include "scheduler/supervisor.hpp"

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == notes::scheduler::kSuperviseArgument)
    return notes::scheduler::supervise({argv, static_cast<std::size_t>(argc)});
  return notes::cli::run_main(argc, argv, notes::cron_app::app());
}
