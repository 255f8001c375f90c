#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "config/settings.hpp"
#include "config/variables.hpp"
#include "db/database.hpp"
#include "scheduler/job.hpp"
#include "scheduler/observer.hpp"
#include "scheduler/run.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::scheduler {

/// What a scheduler says of itself.
struct Health {
  std::chrono::milliseconds tick_age{0};  ///< since the tick loop last came round
  bool leader = false;
  std::int64_t epoch = 0;            ///< of the term, while it leads
  bool held = false;                 ///< the wall clock has jumped: nothing fires
  std::chrono::milliseconds lag{0};  ///< of the tick that waits longest for its turn to be claimed
  std::size_t running = 0;
  std::size_t waiting = 0;  ///< for a thread
};

/// Runs jobs when they are due: one of any number of processes on a database leads at a time,
/// claims the ticks and runs them; the others stand by.
///
/// It opens sessions of its own beside those of `database`, so that jobs that use them all cannot
/// keep it from claiming: one for the lease, and up to four.
class Scheduler {
 public:
  struct Tools {
    db::Database& database;  ///< of the jobs: a session for each that runs at once
    const Clock& clock;
    telemetry::Logger& logger;
    telemetry::Metrics& metrics;
    Observer& observer;
  };
  struct Options {
    config::DatabaseSettings database;
    config::CronSettings cron;
    std::vector<JobDefinition> jobs;
    std::vector<BuiltinJob> builtins = {};
    config::Variables variables = {};  ///< the environment of commands
    std::string holder_name = {};      ///< host and process, for people
    /// Ticks between a changed schedule's last one and now are made up too.
    bool keep_watermarks = false;
  };

  /// What `tools` refers to must outlive this. Does not connect.
  Scheduler(const Tools& tools, Options options);
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  ~Scheduler();

  /// Works until `stop` is requested; then hands over at once, and gives the runs that have begun
  /// cron.shutdown_timeout to end. Once. A tick loop that stalls for cron.stall_limit ends the
  /// process with status 70: somebody else shall lead.
  void run(const std::stop_token& stop);

  /// From any thread.
  Health health() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace notes::scheduler
