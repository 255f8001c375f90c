#include "script_command.hpp"

#include <array>
#include <string>

#include <fmt/format.h>

#include "base/error.hpp"
#include "console_observer.hpp"
#include "json.hpp"
#include "migrate/folder.hpp"
#include "migrate/plan.hpp"
#include "planned_step.hpp"
#include "workbench.hpp"

namespace notes::migrate {
namespace {

struct Plan {
  std::vector<PlannedStep> steps;
  bool makes_tables = false;
};

db::Engine engine_of(const cli::Invocation& invocation, const Workbench& bench) {
  const auto name = invocation.value("engine");
  if (!name) return bench.url().engine();
  for (const auto engine : {db::Engine::sqlite, db::Engine::postgresql}) {
    if (db::to_string(engine) == *name) return engine;
  }
  throw Error(ErrorCode::usage, fmt::format("--engine: expected {} or {}, got '{}'",
                                            db::to_string(db::Engine::sqlite),
                                            db::to_string(db::Engine::postgresql), *name));
}

/// A database that stands at the range's beginning, thought of and not asked.
Plan plan_range(const cli::Invocation& invocation, const std::string& text, ScriptWork work) {
  const Picture picture(read_folder(migrations_folder(invocation)), {}, db::Engine::sqlite);
  const Graph& graph = picture.graph();
  const auto range = parse_revision_range(text);
  const bool down = work == ScriptWork::downgrade;
  if (down && (!range.from || !range.to))
    throw Error(ErrorCode::usage, "downgrade --sql: a range names both ends, FROM:TO");
  if (invocation.has("purge"))
    throw Error(ErrorCode::usage, "--purge depends on what the database holds; give REV, no range");

  AppliedSet applied;
  if (range.from) {
    const auto below = graph.ancestors(Resolver(graph, applied).resolve(*range.from));
    for (const auto index : graph.order()) {
      if (below[index]) applied.insert(graph[index].id);
    }
  }
  const auto target = range.to ? *range.to : parse_revision_spec("heads");
  auto steps = down ? std::vector<Step>() : plan_upgrade(graph, applied, target);
  const bool back = down || (work == ScriptWork::stamp && steps.empty());
  if (back) steps = plan_downgrade(graph, applied, target);
  Plan plan;
  for (const auto& step : steps)
    plan.steps.push_back({*picture.file(step.revision), step.direction});
  plan.makes_tables = applied.empty() && !back;
  return plan;
}

Report rehearsal(const cli::Invocation& invocation, Migrator& migrator, const std::string& text,
                 ScriptWork work) {
  const auto target = parse_revision_spec(text);
  switch (work) {
    case ScriptWork::upgrade:
      return migrator.upgrade(target, Mode::rehearse,
                              invocation.has("strict-order") ? Order::strict : Order::any);
    case ScriptWork::downgrade:
      return migrator.downgrade(target, Mode::rehearse);
    case ScriptWork::stamp:
      return migrator.stamp(target,
                            invocation.has("purge") ? Migrator::Purge::yes : Migrator::Purge::no,
                            Mode::rehearse);
  }
  return {};
}

bool has_history(const Workbench& bench) {
  std::error_code error;
  const auto& path = bench.url().path();
  if (!path.empty() && !std::filesystem::exists(path, error)) return false;
  const auto session = bench.open();
  return History(*session, bench.table(), bench.author(), bench.clock()).format() != 0;
}

/// A revision that leaves the history by a stamp needs no SQL, which its file or the history might
/// not have.
std::vector<PlannedStep> stamped(const Picture& picture, const Report& report) {
  std::vector<PlannedStep> steps;
  for (const auto& step : report.steps) {
    const auto* file = picture.file(picture.graph().find(step.revision).value());
    Migration migration;
    if (file != nullptr) migration = *file;
    migration.revision = step.revision;
    steps.push_back({std::move(migration), step.direction});
  }
  return steps;
}

Plan plan_database(const cli::Invocation& invocation, const Workbench& bench,
                   const std::string& text, ScriptWork work) {
  if (invocation.has("engine"))
    throw Error(ErrorCode::usage,
                "--engine goes with a range FROM:TO; for REV the database is asked");
  ConsoleObserver observer(invocation);
  auto migrator = bench.migrator(observer);
  const auto report = rehearsal(invocation, migrator, text, work);
  const auto picture = migrator.look();
  Plan plan;
  plan.steps =
      work == ScriptWork::stamp ? stamped(picture, report) : planned(bench, picture, report);
  plan.makes_tables = !has_history(bench);
  return plan;
}

}  // namespace

cli::ExitCode print_script(const cli::Invocation& invocation, ScriptWork work) {
  const auto text = invocation.argument(0).value_or("head");
  const Workbench bench(invocation);
  const bool offline = text.find(':') != std::string::npos;
  const Plan plan =
      offline ? plan_range(invocation, text, work) : plan_database(invocation, bench, text, work);
  ScriptOptions options;
  options.engine = engine_of(invocation, bench);
  options.table = bench.table();
  options.author = bench.author();
  options.makes_tables = plan.makes_tables;
  options.stamps = work == ScriptWork::stamp;
  options.lock_timeout = duration_option(invocation, "table-lock-timeout", options.lock_timeout);
  const auto sql = script(plan.steps, options, bench.clock());
  invocation.out().write(invocation.has("json") ? json_of_script(options.engine, sql) : sql);
  return cli::ExitCode::ok;
}

}  // namespace notes::migrate
