#include "migrate/runner.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/backoff.hpp"
#include "migrate/checksum.hpp"
#include "migrate/transaction.hpp"

namespace notes::migrate {
namespace {

/// Whether the statement is run outside any transaction, which makes its completion a second
/// commit.
bool runs_alone(const BatchStatement& item) {
  return item.statement.kind == sql::Kind::standalone ||
         (item.statement.kind == sql::Kind::procedural && item.idempotent);
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

/// The place of the n-th code point (from 1) of a statement; the statement's own for 0.
sql::Position place(const sql::Statement& statement, std::size_t character) {
  if (character == 0) return statement.position;
  std::size_t seen = 0;
  std::size_t offset = 0;
  for (; offset < statement.text.size(); ++offset) {
    const bool starts = (static_cast<unsigned char>(statement.text[offset]) & 0xC0U) != 0x80U;
    if (starts && ++seen == character) break;
  }
  return sql::advance(statement.position, std::string_view(statement.text).substr(0, offset));
}

}  // namespace

Runner::Runner(const RunnerTools& tools, RunnerSettings settings, std::stop_token stop)
    : session_(tools.session),
      history_(tools.history),
      blockers_(tools.blockers),
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
  const bool one_transaction = work.empty() || (work.size() == 1 && work.front().transactional);
  observer_.step_started(step);
  started_ = std::chrono::steady_clock::now();
  try {
    platform_.begin_migration(session_,
                              step.migration.lock_timeout.value_or(settings_.lock_timeout));
    if (one_transaction) {
      run_as_one(step, work);
    } else {
      run_journaled(step, work);
    }
    platform_.end_migration(session_);
  } catch (const db::StatementError& error) {
    fail(step, error, one_transaction);
  }
  const auto took = elapsed();
  observer_.step_finished(step, took);
  return took;
}

template <typename Work>
void Runner::with_retries(const StepView& step, Work&& work) {
  db::Backoff backoff(std::chrono::milliseconds(200), std::chrono::seconds(6));
  for (unsigned attempt = 0;; ++attempt) {
    try {
      return work();
    } catch (const db::StatementError& error) {
      if (!platform_.is_lock_timeout(error.details()) || attempt == settings_.lock_retries) throw;
      const auto blocker = blockers_.seen();
      observer_.noted(fmt::format("{}: {}{}{}; rolled back, trying again ({} of {})",
                                  step.migration.revision, error.details().message,
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

void Runner::execute(const StepView& step, const sql::Statement& statement) {
  if (stop_.stop_requested()) {
    throw db::StatementError(
        ErrorCode::interrupted, "interrupted", db::Failure::cancelled,
        {.state = "", .message = "interrupted before this statement", .hint = ""});
  }
  current_ = &statement;
  observer_.statement_started(step, statement);
  blockers_.begin();
  session_.dialect().execute_raw(session_, statement.text);
  blockers_.end();
  current_ = nullptr;
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
  static const std::vector<BatchStatement> nothing;
  const auto& statements = batches.empty() ? nothing : batches.front().statements;
  with_retries(step, [&] {
    Transaction transaction(session_);
    const auto guard = platform_.guard(session_, statements);
    for (const auto& item : statements) execute(step, item.statement);
    check(guard.get());
    write_history(step);
    transaction.commit();
  });
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
        run_single(step, item, ordinal, entry);
      ++ordinal;
    }
    if (batch.transactional && !journal.contains(first)) run_batch(step, batch, first);
  }
  with_retries(step, [&] {
    Transaction transaction(session_);
    history_.journal_clear(revision, step.direction);
    write_history(step);
    transaction.commit();
  });
}

void Runner::run_batch(const StepView& step, const Batch& batch, std::size_t first) {
  with_retries(step, [&] {
    Transaction transaction(session_);
    const auto guard = platform_.guard(session_, batch.statements);
    for (const auto& item : batch.statements) execute(step, item.statement);
    check(guard.get());
    std::size_t ordinal = first;
    for (const auto& item : batch.statements) {
      history_.journal_write(step.migration.revision, step.direction, ordinal++,
                             {sha256(item.statement.text), true});
    }
    transaction.commit();
  });
}

void Runner::run_single(const StepView& step, const BatchStatement& item, std::size_t ordinal,
                        const JournalEntry* entry) {
  const auto& revision = step.migration.revision;
  const std::string checksum = sha256(item.statement.text);
  if (!runs_alone(item)) {
    with_retries(step, [&] {
      Transaction transaction(session_);
      execute(step, item.statement);
      history_.journal_write(revision, step.direction, ordinal, {checksum, true});
      transaction.commit();
    });
    return;
  }
  history_.journal_write(revision, step.direction, ordinal, {checksum, false});
  with_retries(step, [&] { run_standalone(step, item, entry != nullptr); });
  history_.journal_write(revision, step.direction, ordinal, {checksum, true});
}

void Runner::run_standalone(const StepView& step, const BatchStatement& item, bool interrupted) {
  const auto& statement = item.statement;
  const bool visible =
      statement.effect != sql::Effect::none && statement.effect != sql::Effect::repeatable;
  const auto mended = [&] {
    const Probe found = platform_.probe(session_, statement);
    if (found.state != Probe::State::broken) return found.state;
    observer_.noted(fmt::format("{}: left half done; running {}", statement.command, found.mend));
    session_.dialect().execute_raw(session_, found.mend);
    return platform_.probe(session_, statement).state;
  };
  // A half-built index also stays behind when the statement fails by itself, and IF NOT EXISTS
  // would then call it done.
  if (visible && mended() == Probe::State::done && interrupted) return;
  execute(step, statement);
}

void Runner::fail(const StepView& step, const db::StatementError& error, bool rolled_back_whole) {
  const auto& said = error.details();
  MigrationFailure::Details details;
  details.revision = step.migration.revision;
  details.file = step.migration.path.string();
  details.state = said.state;
  details.message = said.message;
  details.hint = said.hint;
  if (platform_.is_lock_timeout(said)) details.blocker = blockers_.seen();
  if (current_ != nullptr) {
    details.position = place(*current_, said.position);
    details.statement = current_->text;
  }
  current_ = nullptr;
  ErrorCode code = ErrorCode::statement_failed;
  if (error.failure() == db::Failure::cancelled && stop_.stop_requested())
    code = ErrorCode::interrupted;
  if (error.failure() == db::Failure::disconnected) code = ErrorCode::unreachable;
  if (platform_.is_lock_timeout(said)) code = ErrorCode::locked;
  const auto way = to_string(step.direction);
  if (rolled_back_whole) {
    details.outcome = fmt::format(
        "revision {} ({}) was rolled back as a whole; the database is as it was before it",
        details.revision, way);
  } else {
    details.outcome = fmt::format(
        "revision {} ({}) is not one transaction: what ran before this statement stands and is in "
        "the "
        "journal; mend the cause and run the same command again, it goes on from here",
        details.revision, way);
  }
  if (code == ErrorCode::unreachable) {
    details.outcome = fmt::format(
        "the connection was lost during revision {} ({}); run the same command again, it finds out "
        "what "
        "was committed",
        details.revision, way);
  }
  throw MigrationFailure(code, std::move(details));
}

}  // namespace notes::migrate
