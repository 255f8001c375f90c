#pragma once

#include <chrono>
#include <map>
#include <stop_token>
#include <vector>

#include "db/session.hpp"
#include "migrate/batch.hpp"
#include "migrate/failure.hpp"
#include "migrate/history.hpp"
#include "migrate/observer.hpp"
#include "migrate/outcome.hpp"
#include "migrate/platform.hpp"
#include "migrate/statement_watch.hpp"

namespace notes::migrate {

struct RunnerSettings {
  std::chrono::milliseconds lock_timeout = std::chrono::seconds(2);  ///< for each table lock
  unsigned lock_retries = 5;  ///< with growing pauses between
};

/// What a runner works with; all of it must outlive the runner.
struct RunnerTools {
  db::Session& session;
  RunLock& lock;
  History& history;
  StatementWatch& watch;
  Observer& observer;
};

/// Runs single migrations on one session, whose run lock the caller holds.
///
/// A migration of one transaction commits its statements together with its row in the history. Any
/// other one is written in the journal, statement by statement: what may run in a transaction
/// commits together with its entry; for the rest the intent is written before and the completion
/// after, and an intent without completion is resolved by looking at the database.
class Runner {
 public:
  Runner(const RunnerTools& tools, RunnerSettings settings, std::stop_token stop);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Runs the step and returns how long it took. Throws MigrationFailure; Error{malformed} before
  /// anything runs; Error{altered} when the statements of a half-done migration are not the ones it
  /// began with; Error{refused} for a statement that cannot be looked for after a kill and is not
  /// marked idempotent.
  std::chrono::milliseconds run(const StepView& step);

  /// Runs all steps in one transaction: all of them, or nothing. Returns how long each took. Throws
  /// as run() does; Error{refused} when one of them is not one transaction by itself.
  std::vector<std::chrono::milliseconds> run_together(const std::vector<StepView>& steps);

 private:
  std::chrono::milliseconds lock_timeout(const StepView& step) const;
  void run_as_one(const StepView& step, const std::vector<Batch>& batches);
  void run_inside(const StepView& step, const std::vector<Batch>& batches);
  void run_journaled(const StepView& step, const std::vector<Batch>& batches);
  void run_batch(const StepView& step, const Batch& batch, std::size_t first);
  void run_single(const StepView& step, const Batch& batch, std::size_t at, std::size_t ordinal,
                  const JournalEntry* entry);
  void run_standalone(const StepView& step, const BatchStatement& item, bool interrupted);
  bool mend(const StepView& step, const BatchStatement& item);
  void send(const StepView& step, const std::string& text);
  bool waited_in_vain(const db::StatementError& error) const;
  std::string message(const StepView& step, const db::StatementError& error) const;
  void execute(const StepView& step, const sql::Statement& statement);
  void check(Guard* guard);
  void write_history(const StepView& step);
  template <typename Work>
  void with_retries(const StepView& step, Work&& work);
  template <typename Work>
  void in_transaction(const StepView& step, Work&& work);
  void pause(std::chrono::microseconds length);
  [[noreturn]] void fail(const StepView& step, const db::StatementError& error, Extent rolled_back);
  std::chrono::milliseconds elapsed() const;

  db::Session& session_;
  RunLock& lock_;
  History& history_;
  StatementWatch& watch_;
  Observer& observer_;
  RunnerSettings settings_;
  std::stop_token stop_;
  const Platform& platform_;
  const sql::Statement* current_ =
      nullptr;  // the statement that is running, for the report of its failure
  std::chrono::steady_clock::time_point started_;
};

}  // namespace notes::migrate
