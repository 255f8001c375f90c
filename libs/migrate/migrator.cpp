#include "migrate/migrator.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "base/error.hpp"
#include "migrate/canceller.hpp"
#include "migrate/commit_group.hpp"
#include "migrate/folder.hpp"
#include "migrate/line_diff.hpp"
#include "migrate/transaction.hpp"

namespace notes::migrate {
namespace {

/// A step's migration: the file, or what the history kept of it.
class Source {
 public:
  Source(const Picture& picture, const History* history, const Step& step)
      : file_(picture.file(step.revision)) {
    if (file_ != nullptr) return;
    const Revision& revision = picture.graph()[step.revision];
    kept_ = parse_migration(fmt::format("the history's copy of {}", revision.id),
                            history->source(revision.id));
    kept_->revision = revision.id;
  }

  const Migration& migration() const { return file_ != nullptr ? *file_ : *kept_; }
  bool from_history() const { return file_ == nullptr; }

 private:
  const Migration* file_;
  std::optional<Migration> kept_;
};

std::vector<std::string> ids(const Graph& graph, const std::vector<Graph::Index>& revisions) {
  std::vector<std::string> found;
  for (const auto index : revisions) found.push_back(graph[index].id);
  return found;
}

std::vector<Difference> altered_files(const Picture& picture, const History& history) {
  std::vector<Difference> found;
  for (const auto index : picture.in(State::altered)) {
    const auto& file = *picture.file(index);
    found.push_back(
        {file.revision, file.path, line_diff(history.source(file.revision), file.source)});
  }
  return found;
}

}  // namespace

/// A session for writing, under the run's lock, with the tool's tables in place.
class Migrator::Run {
 public:
  explicit Run(const Migrator& migrator)
      : lock_(take_lock(migrator)),
        session_(db::open_session(migrator.url_, migrator.database_)),
        history_(*session_, migrator.settings_.table, migrator.settings_.author, migrator.clock_) {
    Platform::of(migrator.url_.engine()).adopt(*session_, migrator.settings_.table, *lock_);
    history_.prepare();
  }

  db::Session& session() { return *session_; }
  History& history() { return history_; }
  void commit(Transaction& transaction) {
    lock_->confirm(*session_);
    transaction.commit();
  }

  std::vector<StepReport> run(const Migrator& migrator, const Picture& picture,
                              const std::vector<Step>& steps, Transactions transactions) {
    const auto& settings = migrator.settings_;
    StatementWatch watch(Platform::of(migrator.url_.engine())
                             .activity(migrator.url_, migrator.database_, settings.table),
                         watch_interval(settings.runner.lock_timeout), *session_,
                         migrator.observer_);
    Runner runner({*session_, *lock_, history_, watch, migrator.observer_}, settings.runner,
                  settings.stop);
    const Canceller canceller(*session_, settings.stop);
    std::deque<Source> sources;  // views refer to what they hold
    std::vector<StepView> views;
    for (const auto& step : steps) {
      const auto& source = sources.emplace_back(picture, &history_, step);
      if (source.from_history()) {
        migrator.observer_.noted(fmt::format(
            "revision {} has no file here: taking it back with the SQL that was kept when it was "
            "applied",
            source.migration().revision));
      }
      views.push_back({source.migration(), step.direction, views.size() + 1, steps.size()});
    }
    const bool shared =
        transactions == Transactions::each && views.size() > 1 && lock_->sessions_hold();
    CommitGroup commits(*session_, history_, shared ? DiskWait::shared : DiskWait::each);
    const auto took = recording(commits, [&] {
      if (transactions == Transactions::one) return runner.run_together(views);
      std::vector<std::chrono::milliseconds> each;
      for (const auto& view : views) {
        each.push_back(runner.run(view));
        commits.committed();
      }
      commits.settle();
      return each;
    });
    std::vector<StepReport> done;
    for (std::size_t at = 0; at < steps.size(); ++at) {
      const auto& migration = views[at].migration;
      done.push_back({migration.revision, migration.message, migration.path, steps[at].direction, 0,
                      took[at], sources[at].from_history()});
    }
    return done;
  }

 private:
  static std::unique_ptr<RunLock> take_lock(const Migrator& migrator) {
    LockRequest request;
    request.timeout = migrator.settings_.run_lock_timeout;
    request.stop = migrator.settings_.stop;
    request.waiting = [&](std::string_view holder) { migrator.observer_.waiting_for_lock(holder); };
    return Platform::of(migrator.url_.engine())
        .lock(migrator.url_, migrator.database_, migrator.settings_.table, request);
  }

  /// What was committed before a failure is settled, and the failure written into the events.
  std::vector<std::chrono::milliseconds> recording(
      CommitGroup& commits, const std::function<std::vector<std::chrono::milliseconds>()>& work) {
    try {
      return work();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::unreachable) throw;
      commits.settle();
      if (const auto* failure = dynamic_cast<const MigrationFailure*>(&error)) record(*failure);
      throw;
    }
  }

  void record(const MigrationFailure& failure) {
    const auto& details = failure.details();
    Event event;
    event.kind = EventKind::failure;
    event.revision = details.revision;
    event.detail = fmt::format("{}:{}:{}: {} {}", details.file, details.position.line,
                               details.position.column, details.state, details.message);
    history_.record(std::move(event));
  }

  std::unique_ptr<RunLock> lock_;
  std::unique_ptr<db::Session> session_;
  History history_;
};

Migrator::Migrator(db::Url url, config::DatabaseSettings database, MigratorSettings settings,
                   const Clock& clock, Observer& observer)
    : url_(Platform::of(url.engine()).tool_url(url)),
      database_(std::move(database)),
      settings_(std::move(settings)),
      clock_(clock),
      observer_(observer) {}

std::unique_ptr<db::Session> Migrator::open_to_read() const {
  std::error_code error;
  const bool absent = url_.engine() == db::Engine::sqlite && !url_.in_memory() &&
                      !std::filesystem::exists(url_.path(), error);
  if (absent) return nullptr;
  return db::open_session(url_, database_);
}

Picture Migrator::picture(const History& history) const {
  FolderReading folder(settings_.directory);
  auto applied = history.applied();
  return Picture(folder.finish(), std::move(applied), url_.engine());
}

Picture Migrator::look() const {
  FolderReading folder(settings_.directory);
  std::vector<AppliedRevision> applied;
  if (const auto session = open_to_read())
    applied = History(*session, settings_.table, settings_.author, clock_).applied();
  return Picture(folder.finish(), std::move(applied), url_.engine());
}

std::vector<Difference> Migrator::differences() const {
  const auto session = open_to_read();
  if (!session) return {};
  const History history(*session, settings_.table, settings_.author, clock_);
  return altered_files(picture(history), history);
}

std::vector<StepReport> Migrator::rehearsed(const Picture& picture, const History* history,
                                            const std::vector<Step>& steps) const {
  std::vector<StepReport> reports;
  for (const auto& step : steps) {
    const Source source(picture, history, step);
    const auto& migration = source.migration();
    if (step.direction == Direction::down) require_way_back(migration);
    std::size_t statements = 0;
    for (const auto& batch : batches(migration, step.direction, url_.engine()))
      statements += batch.statements.size();
    reports.push_back({migration.revision, migration.message, migration.path, step.direction,
                       statements, std::chrono::milliseconds(0), source.from_history()});
  }
  return reports;
}

void Migrator::check_upgrade(const Picture& picture, const History* history,
                             const std::vector<Step>& steps, Order order) const {
  if (!picture.in(State::altered).empty()) {
    std::string text;
    for (const auto& found : altered_files(picture, *history)) {
      fmt::format_to(std::back_inserter(text),
                     "{}: its SQL has changed since revision {} was applied:\n{}",
                     found.path.string(), found.revision, found.diff);
    }
    throw Error(
        ErrorCode::altered,
        text +
            "put the file back as it was and write a new revision for the change, or accept the "
            "file as it is with 'repair'");
  }
  for (const auto index : picture.in(State::reworded)) {
    observer_.noted(fmt::format("{}: comments or white space have changed since it was applied",
                                picture.file(index)->path.string()));
  }
  if (const auto missing = picture.in(State::missing); !missing.empty()) {
    observer_.noted(fmt::format("applied, and without a file here: {}",
                                fmt::join(ids(picture.graph(), missing), ", ")));
  }
  if (order == Order::any) return;
  const auto late = out_of_order(picture.graph(), picture.applied(), steps);
  if (late.empty()) return;
  throw Error(ErrorCode::refused,
              fmt::format("--strict-order: {} would be applied behind revisions that do not build "
                          "on it; put it on top of the head "
                          "(down_revision), or run without --strict-order",
                          fmt::join(ids(picture.graph(), late), ", ")));
}

Report Migrator::upgrade(const RevisionSpec& target, Mode mode, Order order,
                         Transactions transactions) {
  std::vector<Migration> files;
  {
    FolderReading folder(settings_.directory);  // while the database is connected to and asked
    const auto session = open_to_read();
    std::optional<History> history;
    if (session) history.emplace(*session, settings_.table, settings_.author, clock_);
    const auto* known = history ? &*history : nullptr;
    auto applied = history ? history->applied() : std::vector<AppliedRevision>();
    Picture now(folder.finish(), std::move(applied), url_.engine());
    const auto steps = plan_upgrade(now.graph(), now.applied(), target);
    check_upgrade(now, known, steps, order);
    auto rehearsal = rehearsed(now, known, steps);
    if (mode == Mode::rehearse || steps.empty()) {
      return {std::move(rehearsal), ids(now.graph(), now.graph().applied_heads(now.applied()))};
    }
    files = std::move(now).files();
  }
  Run run(*this);
  // Another run may have done some of it while this one waited; what runs is what was rehearsed.
  const Picture now(std::move(files), run.history().applied(), url_.engine());
  const auto steps = plan_upgrade(now.graph(), now.applied(), target);
  check_upgrade(now, &run.history(), steps, order);
  Report report;
  report.steps = run.run(*this, now, steps, transactions);
  AppliedSet after = now.applied();
  for (const auto& step : steps) after.insert(now.graph()[step.revision].id);
  report.current = ids(now.graph(), now.graph().applied_heads(after));
  return report;
}

Report Migrator::downgrade(const RevisionSpec& target, Mode mode) {
  if (mode == Mode::rehearse) {
    const auto session = open_to_read();
    if (!session) {
      const Picture empty = look();
      return {rehearsed(empty, nullptr, plan_downgrade(empty.graph(), empty.applied(), target)),
              {}};
    }
    const History history(*session, settings_.table, settings_.author, clock_);
    const Picture now = picture(history);
    auto steps = rehearsed(now, &history, plan_downgrade(now.graph(), now.applied(), target));
    return {std::move(steps), ids(now.graph(), now.graph().applied_heads(now.applied()))};
  }
  Run run(*this);
  const Picture now = picture(run.history());
  const auto steps = plan_downgrade(now.graph(), now.applied(), target);
  rehearsed(now, &run.history(), steps);
  Report report;
  report.steps = run.run(*this, now, steps, Transactions::each);
  AppliedSet after = now.applied();
  for (const auto& step : steps) after.erase(now.graph()[step.revision].id);
  report.current = ids(now.graph(), now.graph().applied_heads(after));
  return report;
}

Report Migrator::stamp(const RevisionSpec& target, Purge purge, Mode mode) {
  const auto plan = [&](const Picture& now) {
    const Resolver resolver(now.graph(), now.applied());
    const auto targets = resolver.resolve(target);
    const auto wanted = now.graph().ancestors(targets);
    auto above = now.graph().descendants(targets);
    if (targets.empty()) above = resolver.branch(target);
    for (const auto index : targets) above[index] = false;
    std::vector<Step> steps;
    for (auto at = now.graph().order().rbegin(); at != now.graph().order().rend(); ++at) {
      const bool leaves = above[*at] || (purge == Purge::yes && !wanted[*at]);
      if (leaves && now.row(*at) != nullptr) steps.push_back({Direction::down, *at});
    }
    for (const auto index : now.graph().order()) {
      if (wanted[index] && now.row(index) == nullptr) steps.push_back({Direction::up, index});
    }
    return steps;
  };
  const auto reports = [](const Picture& now, const std::vector<Step>& steps) {
    std::vector<StepReport> found;
    for (const auto& step : steps) {
      const Revision& revision = now.graph()[step.revision];
      found.push_back({revision.id, revision.message, revision.origin, step.direction, 0,
                       std::chrono::milliseconds(0), false});
    }
    return found;
  };
  if (mode == Mode::rehearse) {
    const Picture now = look();
    return {reports(now, plan(now)), ids(now.graph(), now.graph().applied_heads(now.applied()))};
  }
  Run run(*this);
  const Picture now = picture(run.history());
  const auto steps = plan(now);
  AppliedSet after = now.applied();
  Transaction transaction(run.session());
  for (const auto& step : steps) {
    const auto& id = now.graph()[step.revision].id;
    run.history().journal_clear(id, Direction::up);
    run.history().journal_clear(id, Direction::down);
    if (step.direction == Direction::up) {
      const auto& file = *now.file(step.revision);
      run.history().add(file, token_checksum(file, url_.engine()), EventKind::stamp,
                        std::chrono::milliseconds(0));
      after.insert(id);
    } else {
      run.history().remove(id, EventKind::stamp, std::chrono::milliseconds(0));
      after.erase(id);
    }
  }
  run.commit(transaction);
  return {reports(now, steps), ids(now.graph(), now.graph().applied_heads(after))};
}

Report Migrator::repair(Mode mode) {
  const auto differing = [](const Picture& now) {
    auto found = now.in(State::altered);
    const auto reworded = now.in(State::reworded);
    found.insert(found.end(), reworded.begin(), reworded.end());
    return found;
  };
  const auto report = [&](const Picture& now) {
    Report made;
    for (const auto index : differing(now)) {
      const auto& file = *now.file(index);
      made.steps.push_back({file.revision, file.message, file.path, Direction::up, 0,
                            std::chrono::milliseconds(0), false});
    }
    made.current = ids(now.graph(), now.graph().applied_heads(now.applied()));
    return made;
  };
  if (mode == Mode::rehearse) return report(look());
  Run run(*this);
  const Picture now = picture(run.history());
  Transaction transaction(run.session());
  for (const auto index : differing(now)) {
    const auto& file = *now.file(index);
    run.history().replace_source(file, token_checksum(file, url_.engine()));
  }
  run.commit(transaction);
  return report(now);
}

}  // namespace notes::migrate
