#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string_view>
#include <thread>

#include "base/clock.hpp"
#include "cli/command.hpp"
#include "cli/signals.hpp"
#include "config/settings.hpp"
#include "db/session.hpp"
#include "migrate/history.hpp"
#include "migrate/migrator.hpp"
#include "migrate/platform.hpp"
#include "migrate/table_name.hpp"

namespace notes::migrate {

/// The value of an option that is a duration ("30s"); `otherwise` when it was not given. Throws
/// Error{usage}.
std::chrono::milliseconds duration_option(const cli::Invocation& invocation,
                                          std::string_view option,
                                          std::chrono::milliseconds otherwise);

/// The folder of the migrations.
std::filesystem::path migrations_folder(const cli::Invocation& invocation);

/// What a command that works on a database has at hand. SIGTERM and SIGINT ask it to stop.
class Workbench {
 public:
  /// Reads the settings, and with --wait returns once the database answers. The invocation must
  /// outlive it. Throws Error{usage}; with --wait also what wait_for_database throws.
  explicit Workbench(const cli::Invocation& invocation);

  const config::Settings& settings() const { return settings_; }
  const db::Url& url() const { return url_; }
  const TableName& table() const { return table_; }
  const Clock& clock() const { return clock_; }
  Author author() const;
  std::stop_token stop() const { return stop_.get_token(); }

  /// The right to be the only run on the database, as `upgrade` takes it. Throws Error{locked}.
  std::unique_ptr<RunLock> lock() const;
  /// Throws Error{unreachable}; Error{pending} for a SQLite database that is not there.
  std::unique_ptr<db::Session> open() const;
  /// The folder and the database. This and the observer must outlive it.
  Migrator migrator(Observer& observer) const;

 private:
  const cli::Invocation& invocation_;
  cli::ShutdownSignal signal_;  // before any thread starts
  SystemClock clock_;
  config::Settings settings_;
  db::Url url_;
  TableName table_;
  std::stop_source stop_;
  std::jthread listener_;
};

}  // namespace notes::migrate
