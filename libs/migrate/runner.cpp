#include "migrate/runner.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "db/backoff.hpp"
#include "migrate/checksum.hpp"
#include "migrate/outcome.hpp"
#include "migrate/transaction.hpp"

namespace notes::migrate {
namespace {

/// Whether the statement is run outside any transaction, which makes its completion a second
/// commit.
bool runs_alone(const BatchStatement& item) {
  return item.statement.kind == sql::Kind::standalone ||
         (item.statement.kind == sql::Kind::procedural && item.idempotent);
}

/// Whether the catalog shows if the statement was done, or was cut off.
bool leaves_trace(const sql::Statement& statement) {
  return statement.effect != sql::Effect::none && statement.effect != sql::Effect::repeatable;
}

void check_resumable(const Migration& migration, const std::vector<Batch>& batches) {
  for (const auto& batch : batches) {
    for (const auto& item : batch.statements) {
      const bool hopeless = !batch.transactional && item.statement.kind == sql::Kind::standalone &&
                            !item.idempotent && item.statement.effect == sql::Effect::none;
      if (!hopeless) continue;
      throw Error(
          ErrorCode::refused,
          fmt::format("{}:{}:{}: {} is not run: were it killed, nothing would show whether it had "
                      "been done; if running "
                      "it twice does no harm, put '-- migrate:idempotent' on the line above it{}",
                      migration.path.string(), item.statement.position.line,
                      item.statement.position.column, item.statement.command,
                      item.statement.command == "CREATE INDEX CONCURRENTLY"
                          ? ", or give the index a name"
                          : ""));
    }
  }
}

bool is_one_transaction(const std::vector<Batch>& batches) {
  return batches.empty() || (batches.size() == 1 && batches.front().transactional);
}

[[noreturn]] void refuse_together(const Migration& migration, const std::vector<Batch>& batches) {
  const auto alone = std::find_if(batches.begin(), batches.end(),
                                  [](const Batch& batch) { return !batch.transactional; });
  const auto& first = alone->statements.front().statement.position;
  throw Error(ErrorCode::refused,
              fmt::format("--single-transaction: {}:{}:{} runs outside the transaction; upgrade to "
                          "the revision before {} first, then to {} by itself",
                          migration.path.string(), first.line, first.column, migration.revision,
                          migration.revision));
}

}  // namespace

Runner::Runner(const RunnerTools& tools, RunnerSettings settings, std::stop_token stop)
    : session_(tools.session),
      lock_(tools.lock),
      history_(tools.history),
      watch_(tools.watch),
      observer_(tools.observer),
      settings_(settings),
      stop_(std::move(stop)),
      platform_(Platform::of(session_.dialect().engine())) {}

std::chrono::milliseconds Runner::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               started_);
}

std::chrono::milliseconds Runner::run(const StepView& step) {
  const auto work = batches(step.migration, step.direction, session_.dialect().engine());
  check_resumable(step.migration, work);
  observer_.step_started(step);
  started_ = std::chrono::steady_clock::now();
  try {
    if (lock_.sessions_hold()) platform_.begin_migration(session_, lock_timeout(step));
    if (is_one_transaction(work)) {
      run_as_one(step, work);
    } else {
      run_journaled(step, work);
    }
    platform_.end_migration(session_);
  } catch (const db::StatementError& error) {
    fail(step, error, is_one_transaction(work) ? Extent::migration : Extent::statement);
  }
  const auto took = elapsed();
  observer_.step_finished(step, took);
  return took;
}

std::vector<std::chrono::milliseconds> Runner::run_together(const std::vector<StepView>& steps) {
  std::vector<std::chrono::milliseconds> took(steps.size());
  if (steps.empty()) return took;
  std::vector<std::vector<Batch>> work;
  for (const auto& step : steps) {
    work.push_back(batches(step.migration, step.direction, session_.dialect().engine()));
    if (!is_one_transaction(work.back())) refuse_together(step.migration, work.back());
  }
  std::size_t at = 0;
  try {
    if (lock_.sessions_hold()) platform_.begin_migration(session_, settings_.lock_timeout);
    in_transaction(steps.front(), [&] {
      for (at = 0; at < steps.size(); ++at) {
        observer_.step_started(steps[at]);
        started_ = std::chrono::steady_clock::now();
        if (steps[at].migration.lock_timeout)
          platform_.begin_transaction(session_, lock_timeout(steps[at]));
        run_inside(steps[at], work[at]);
        if (steps[at].migration.lock_timeout)
          platform_.begin_transaction(session_, settings_.lock_timeout);
        took[at] = elapsed();
      }
      at = steps.size() - 1;  // what the commit fails with belongs to the last
    });
    platform_.end_migration(session_);
  } catch (const db::StatementError& error) {
    fail(steps[at], error, Extent::run);
  }
  for (at = 0; at < steps.size(); ++at) observer_.step_finished(steps[at], took[at]);
  return took;
}

std::chrono::milliseconds Runner::lock_timeout(const StepView& step) const {
  return step.migration.lock_timeout.value_or(settings_.lock_timeout);
}

/// Runs `work` in a transaction that commits only while the run's lock is held, and again when a
/// table's lock was not obtained.
template <typename Work>
void Runner::in_transaction(const StepView& step, Work&& work) {
  with_retries(step, [&] {
    Transaction transaction(session_);
    if (!lock_.sessions_hold()) platform_.begin_transaction(session_, lock_timeout(step));
    work();
    lock_.confirm(session_);
    transaction.commit();
  });
}

template <typename Work>
void Runner::with_retries(const StepView& step, Work&& work) {
  db::Backoff backoff(std::chrono::milliseconds(200), std::chrono::seconds(6));
  for (unsigned attempt = 0;; ++attempt) {
    try {
      return work();
    } catch (const db::StatementError& error) {
      if (!waited_in_vain(error) || attempt == settings_.lock_retries) throw;
      const auto blocker = watch_.blocker();
      observer_.noted(fmt::format("{}: {}{}{}; rolled back, trying again ({} of {})",
                                  step.migration.revision, message(step, error),
                                  blocker.empty() ? "" : "; blocked by ", blocker, attempt + 1,
                                  settings_.lock_retries));
    }
    pause(backoff.next());
  }
}

void Runner::pause(std::chrono::microseconds length) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop_, length, [] { return false; });
}

/// Behind a pooler nothing outside a transaction has a lock_timeout: what is set on a session there
/// does not stay with the next statement, and the startup parameter that would set it is not passed
/// on.
void Runner::send(const StepView& step, const std::string& text) {
  const bool server_gives_up = lock_.sessions_hold() || session_.dialect().in_transaction(session_);
  const auto timeout = lock_timeout(step);
  std::optional<std::chrono::milliseconds> patience;
  if (!server_gives_up && timeout.count() > 0) patience = timeout;
  const StatementWatch::During running(watch_, patience);
  session_.dialect().execute_raw(session_, text);
}

bool Runner::waited_in_vain(const db::StatementError& error) const {
  const bool gave_up =
      watch_.gave_up() && !stop_.stop_requested() && error.failure() == db::Failure::cancelled;
  return gave_up || platform_.is_lock_timeout(error.details());
}

std::string Runner::message(const StepView& step, const db::StatementError& error) const {
  if (!waited_in_vain(error) || !watch_.gave_up()) return error.details().message;
  return fmt::format("cancelled: it waited for a lock for {}", format_duration(lock_timeout(step)));
}

void Runner::execute(const StepView& step, const sql::Statement& statement) {
  if (stop_.stop_requested()) {
    throw db::StatementError(
        ErrorCode::interrupted, "interrupted", db::Failure::cancelled,
        {.state = "", .message = "interrupted before this statement", .hint = ""});
  }
  current_ = &statement;
  observer_.statement_started(step, statement);
  send(step, statement.text);
  current_ = nullptr;
  observer_.statement_finished(step, statement);
}

void Runner::write_history(const StepView& step) {
  const auto& migration = step.migration;
  if (step.direction == Direction::up) {
    history_.add(migration, token_checksum(migration, session_.dialect().engine()),
                 EventKind::upgrade, elapsed());
  } else {
    history_.remove(migration.revision, EventKind::downgrade, elapsed());
  }
}

void Runner::check(Guard* guard) {
  if (guard == nullptr) return;
  if (const auto objection = guard->objection()) {
    throw db::StatementError(ErrorCode::statement_failed, *objection, db::Failure::rule,
                             {.state = "", .message = *objection, .hint = ""});
  }
}

void Runner::run_as_one(const StepView& step, const std::vector<Batch>& batches) {
  in_transaction(step, [&] { run_inside(step, batches); });
}

void Runner::run_inside(const StepView& step, const std::vector<Batch>& batches) {
  static const std::vector<BatchStatement> nothing;
  const auto& statements = batches.empty() ? nothing : batches.front().statements;
  const auto guard = platform_.guard(session_, statements);
  for (const auto& item : statements) execute(step, item.statement);
  check(guard.get());
  write_history(step);
}

void Runner::run_journaled(const StepView& step, const std::vector<Batch>& batches) {
  const auto& revision = step.migration.revision;
  const Journal journal = history_.journal(revision, step.direction);
  std::size_t ordinal = 0;
  for (const auto& batch : batches) {
    const std::size_t first = ordinal;
    for (const auto& item : batch.statements) {
      const auto found = journal.find(ordinal);
      const auto* entry = found == journal.end() ? nullptr : &found->second;
      if (entry != nullptr && entry->checksum != sha256(item.statement.text)) {
        throw Error(ErrorCode::altered,
                    fmt::format("{}:{}:{}: this statement is not the one that an earlier run of {} "
                                "has begun with; put it back "
                                "as it was, or finish by hand and 'stamp' the revision",
                                step.migration.path.string(), item.statement.position.line,
                                item.statement.position.column, revision));
      }
      if (!batch.transactional && (entry == nullptr || !entry->finished))
        run_single(step, batch, ordinal - first, ordinal, entry);
      ++ordinal;
    }
    if (batch.transactional && !journal.contains(first)) run_batch(step, batch, first);
  }
  in_transaction(step, [&] {
    history_.journal_clear(revision, step.direction);
    write_history(step);
  });
}

void Runner::run_batch(const StepView& step, const Batch& batch, std::size_t first) {
  in_transaction(step, [&] {
    const auto guard = platform_.guard(session_, batch.statements);
    for (const auto& item : batch.statements) execute(step, item.statement);
    check(guard.get());
    std::size_t ordinal = first;
    for (const auto& item : batch.statements) {
      history_.journal_write(step.migration.revision, step.direction, ordinal++,
                             {sha256(item.statement.text), true});
    }
  });
}

void Runner::run_single(const StepView& step, const Batch& batch, std::size_t at,
                        std::size_t ordinal, const JournalEntry* entry) {
  const auto& item = batch.statements[at];
  const auto& revision = step.migration.revision;
  const std::string checksum = sha256(item.statement.text);
  if (!runs_alone(item)) {
    in_transaction(step, [&] {
      const auto guard = platform_.guard(session_, batch.statements);
      execute(step, item.statement);
      check(guard.get());
      history_.journal_write(revision, step.direction, ordinal, {checksum, true});
    });
    return;
  }
  const auto journal = [&](bool finished) {
    in_transaction(step, [&] {
      history_.journal_write(revision, step.direction, ordinal, {checksum, finished});
    });
  };
  journal(false);
  bool interrupted = entry != nullptr;
  with_retries(step, [&] { run_standalone(step, item, std::exchange(interrupted, true)); });
  journal(true);
}

void Runner::run_standalone(const StepView& step, const BatchStatement& item, bool interrupted) {
  const auto& statement = item.statement;
  // A half-built index also stays behind when the statement fails by itself, and IF NOT EXISTS
  // would then call it done. What a REINDEX leaves may be another session's that is still at it.
  if (leaves_trace(statement) && (interrupted || statement.effect != sql::Effect::reindexed)) {
    const bool mended = mend(step, item);
    const bool done = platform_.probe(session_, statement).state == Probe::State::done;
    if (done && (mended || interrupted)) return;
  }
  execute(step, statement);
}

/// Whether there was something half done to mend.
bool Runner::mend(const StepView& step, const BatchStatement& item) {
  bool mended = false;
  for (;; mended = true) {
    const Probe found = platform_.probe(session_, item.statement);
    if (found.state != Probe::State::broken) return mended;
    observer_.noted(
        fmt::format("{}: left half done; running {}", item.statement.command, found.mend));
    send(step, found.mend);
  }
}

void Runner::fail(const StepView& step, const db::StatementError& error, Extent rolled_back) {
  const auto& said = error.details();
  MigrationFailure::Details details;
  details.revision = step.migration.revision;
  details.file = step.migration.path.string();
  details.state = said.state;
  details.message = message(step, error);
  details.hint = said.hint;
  if (waited_in_vain(error)) details.blocker = watch_.blocker();
  if (current_ != nullptr) {
    details.position = place(*current_, said.position);
    details.statement = current_->text;
  }
  current_ = nullptr;
  ErrorCode code = ErrorCode::statement_failed;
  if (error.failure() == db::Failure::cancelled && stop_.stop_requested())
    code = ErrorCode::interrupted;
  if (error.failure() == db::Failure::disconnected) code = ErrorCode::unreachable;
  if (waited_in_vain(error)) code = ErrorCode::locked;
  details.outcome =
      code == ErrorCode::unreachable ? outcome_unknown(step) : outcome(step, rolled_back);
  throw MigrationFailure(code, std::move(details));
}

}  // namespace notes::migrate
