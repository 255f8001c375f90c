#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "config/settings.hpp"
#include "cron/schedule.hpp"

namespace notes::scheduler {

/// What happens to a tick that comes while a run of the same job is alive.
enum class Overlap {
  skip,     ///< the tick is not run, and its row says why
  queue,    ///< it runs when the other has ended
  replace,  ///< the other is cancelled
  allow,    ///< both run
};

/// Which of the ticks that nobody could run in time are run later.
enum class CatchUp { none, latest, all };

/// What is known of a command when whoever watched it is gone: its effects are outside the
/// database, so that no transaction can tell.
enum class Semantics {
  at_least_once,  ///< run it again
  at_most_once,   ///< do not; the run ends as lost
};

using Parameters = std::map<std::string, std::string, std::less<>>;

/// A job that is linked into the program, by its name in the table of jobs.
struct BuiltinWork {
  std::string name;
};
/// A file of SQL, run in one transaction together with its bookkeeping.
struct SqlWork {
  std::filesystem::path file;
};
/// A program of its own.
struct CommandWork {
  std::vector<std::string> arguments;  ///< the program first; no shell
  Semantics semantics = Semantics::at_least_once;
  std::chrono::milliseconds grace = std::chrono::seconds(10);  ///< between TERM and KILL
};
using Work = std::variant<BuiltinWork, SqlWork, CommandWork>;

/// Where an outside watch is told of each run, so that it notices when nothing comes.
struct PingUrls {
  config::Secret start;
  config::Secret success;
  config::Secret failure;
};

/// How much of a job's history is kept; each limit by itself.
struct Retention {
  std::chrono::milliseconds succeeded_age = std::chrono::hours(24 * 30);
  std::chrono::milliseconds failed_age = std::chrono::hours(24 * 90);
  std::size_t succeeded_count = 1000;
  std::size_t failed_count = 1000;
};

/// One job as the file of jobs describes it; config/cron.yaml's words are the fields' names.
struct JobDefinition {
  std::string name;
  Work work;
  std::optional<cron::Schedule> schedule = {};  ///< none: it runs only when somebody asks
  bool apply = false;                           ///< a destructive job changes nothing without it
  Parameters parameters = {};                   ///< `params`
  Overlap overlap = Overlap::skip;
  CatchUp catch_up = CatchUp::latest;
  /// A tick older than this when its turn comes is skipped; with CatchUp::none 10 seconds unless
  /// said otherwise.
  std::optional<std::chrono::milliseconds> max_age = {};
  std::optional<std::size_t> max_count = {};  ///< how many missed ticks are run; the newest ones
  std::optional<double> rate = {};            ///< how many missed ticks start in a second at most
  std::chrono::milliseconds jitter{0};        ///< a tick starts up to this late; see jitter_of()
  std::optional<std::chrono::milliseconds> timeout = {};  ///< of one attempt
  unsigned retries = 0;
  std::chrono::milliseconds retry_delay = std::chrono::seconds(1);  ///< doubled each time, jittered
  std::chrono::milliseconds retry_delay_limit = std::chrono::minutes(5);
  std::optional<std::chrono::milliseconds> expect_within = {};  ///< missed: no success in this time
  PingUrls ping = {};
  Retention retention = {};
};

}  // namespace notes::scheduler
