#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.hpp"
#include "catalog.hpp"
#include "cli/command.hpp"
#include "cli/signals.hpp"
#include "config/settings.hpp"
#include "db/database.hpp"
#include "scheduler/history.hpp"
#include "scheduler/ledger.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::cron_app {

/// What a command that works on the database has at hand. SIGTERM and SIGINT ask it to stop.
class Workbench {
 public:
  /// Reads the settings and the file of jobs; does not connect. The invocation must outlive it.
  /// Throws Error{usage}; Error{pending} for a SQLite database that is not there.
  explicit Workbench(const cli::Invocation& invocation);
  Workbench(const Workbench&) = delete;
  Workbench& operator=(const Workbench&) = delete;

  const config::Settings& settings() const { return settings_; }
  const Catalog& catalog() const { return catalog_; }
  const Clock& clock() const { return clock_; }
  telemetry::Logger& logger() { return logger_; }
  telemetry::Metrics& metrics() { return metrics_; }
  db::Database& database() { return database_; }
  scheduler::Ledger& ledger() { return ledger_; }
  scheduler::History& history() { return history_; }
  std::stop_token stop() const { return stop_.get_token(); }

 private:
  cli::ShutdownSignal signal_;  // before any thread starts
  config::Settings settings_;
  SystemClock clock_;
  telemetry::Logger logger_;
  telemetry::Metrics metrics_;
  Catalog catalog_;
  db::Database database_;
  scheduler::Ledger ledger_;
  scheduler::History history_;
  std::stop_source stop_;
  std::jthread listener_;
};

/// Who this process is, for people: "host, process 4711".
std::string holder_name();

/// Parameters given as --param K=V, over those that the file gives. Throws Error{usage} for what is
/// not K=V, and for one that the builtin job does not have.
scheduler::Parameters parameters_of(const cli::Invocation& invocation, const Catalog& catalog,
                                    const scheduler::JobDefinition& job);

/// Whether a run that is asked for by hand changes something: what the command line says, and for
/// jobs that are not destructive always.
bool applies(const cli::Invocation& invocation, const Catalog& catalog,
             const scheduler::JobDefinition& job);

}  // namespace notes::cron_app
