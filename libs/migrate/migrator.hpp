#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "config/settings.hpp"
#include "db/session.hpp"
#include "migrate/history.hpp"
#include "migrate/observer.hpp"
#include "migrate/picture.hpp"
#include "migrate/plan.hpp"
#include "migrate/platform.hpp"
#include "migrate/runner.hpp"
#include "migrate/table_name.hpp"

namespace notes::migrate {

struct MigratorSettings {
  std::filesystem::path directory = "migrations";
  TableName table{TableName::kDefault};
  std::chrono::milliseconds run_lock_timeout = std::chrono::seconds(60);
  RunnerSettings runner;
  Author author;
  std::stop_token stop;
};

/// A migration that was run, or with Mode::rehearse would be.
struct StepReport {
  std::string revision;
  std::string message;
  std::filesystem::path path;
  Direction direction = Direction::up;
  std::size_t statements = 0;
  std::chrono::milliseconds took{0};
  bool from_history = false;  ///< the file was not at hand; the SQL came from the history
};

struct Report {
  std::vector<StepReport> steps;
  std::vector<std::string> current;  ///< the applied heads when all was done
};

enum class Mode {
  run,
  rehearse,  ///< read and check everything, change nothing
};

enum class Order {
  any,
  strict,  ///< refuse what was merged late: revisions that something applied did not wait for
};

/// How the transactions of an upgrade lie.
enum class Transactions {
  each,  ///< one for each migration
  one,   ///< one around all of them
};

/// An applied file whose SQL has changed since.
struct Difference {
  std::string revision;
  std::filesystem::path path;
  std::string diff;  ///< lines, "-" what was applied and "+" what the file says now
};

/// The migrations of one folder and one database. For one thread. The clock and the observer must
/// outlive it.
///
/// Every call throws Error{usage, malformed, inconsistent} for the folder, {unreachable} for the
/// database, and besides: {locked} when another run does not end in time, {interrupted} after a
/// stop request.
class Migrator {
 public:
  Migrator(db::Url url, config::DatabaseSettings database, MigratorSettings settings,
           const Clock& clock, Observer& observer);

  /// Applies what `target` needs and is not applied; see plan_upgrade(). Under the run's lock,
  /// which is not taken when there is nothing to do. Throws MigrationFailure; Error{altered} with a
  /// diff when an applied file's SQL has changed; Error{refused} for Order::strict, and for
  /// Transactions::one when a migration is not one transaction by itself.
  Report upgrade(const RevisionSpec& target, Mode mode = Mode::run, Order order = Order::any,
                 Transactions transactions = Transactions::each);

  /// Takes back what stands above `target`; see plan_downgrade(). A revision without its file is
  /// taken back with the SQL that the history holds. Throws MigrationFailure; Error{refused} for a
  /// migration without `migrate:down`, before anything runs.
  Report downgrade(const RevisionSpec& target, Mode mode = Mode::run);

  /// Writes into the history that the database stands at `target`, and runs nothing. `purge`
  /// forgets all other revisions first, also those without a file.
  enum class Purge { no, yes };
  Report stamp(const RevisionSpec& target, Purge purge, Mode mode = Mode::run);

  /// Accepts the files of applied revisions as they are now: what the history keeps of them is
  /// replaced, nothing is run. The report's steps are the revisions whose files differ.
  Report repair(Mode mode = Mode::run);

  /// The folder and the database as they are now. Changes nothing; a SQLite database that is not
  /// there is not made.
  Picture look() const;

  /// The applied files whose SQL has changed since. Changes nothing.
  std::vector<Difference> differences() const;

 private:
  class Run;

  Picture picture(const History& history) const;
  std::unique_ptr<db::Session> open_to_read() const;
  std::vector<StepReport> rehearsed(const Picture& picture, const History* history,
                                    const std::vector<Step>& steps) const;
  void check_upgrade(const Picture& picture, const History* history, const std::vector<Step>& steps,
                     Order order) const;

  db::Url url_;
  config::DatabaseSettings database_;
  MigratorSettings settings_;
  const Clock& clock_;
  Observer& observer_;
};

}  // namespace notes::migrate
