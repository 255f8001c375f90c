#include "migrate_app.hpp"

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "cli/table.hpp"
#include "console_observer.hpp"
#include "database_wait.hpp"
#include "json.hpp"
#include "planned_step.hpp"
#include "revision_text.hpp"
#include "script_command.hpp"
#include "workbench.hpp"

namespace notes::migrate {
namespace {

Mode mode(const cli::Invocation& invocation) {
  return invocation.has("dry-run") ? Mode::rehearse : Mode::run;
}

Order order(const cli::Invocation& invocation) {
  return invocation.has("strict-order") ? Order::strict : Order::any;
}

Transactions transactions(const cli::Invocation& invocation) {
  return invocation.has("single-transaction") ? Transactions::one : Transactions::each;
}

std::string current(const Report& report) {
  return report.current.empty() ? "base" : fmt::format("{}", fmt::join(report.current, ", "));
}

void write_differences(const cli::Invocation& invocation,
                       const std::vector<Difference>& differences) {
  for (const auto& [revision, path, diff] : differences) {
    invocation.out().write(fmt::format("\n{} has changed since it was applied ({}):\n{}", revision,
                                       path.string(), diff));
  }
}

cli::ExitCode print(const cli::Invocation& invocation, const Report& report,
                    std::string_view nothing) {
  const bool dry_run = invocation.has("dry-run");
  if (invocation.has("json")) {
    invocation.out().write(json_of(report, dry_run));
    return cli::ExitCode::ok;
  }
  if (dry_run) {
    for (const auto& step : report.steps) {
      invocation.out().write(fmt::format("would run {} {} {} ({} statements, {})\n",
                                         to_string(step.direction), step.revision, step.message,
                                         step.statements, step.path.string()));
    }
  }
  if (report.steps.empty()) invocation.out().write(fmt::format("{}; ", nothing));
  invocation.out().write(fmt::format("the database stands at {}\n", current(report)));
  return cli::ExitCode::ok;
}

}  // namespace

cli::ExitCode run_upgrade(const cli::Invocation& invocation) {
  if (invocation.has("sql")) return print_script(invocation, ScriptWork::upgrade);
  const auto target = parse_revision_spec(invocation.argument(0).value_or("head"));
  const Workbench bench(invocation);
  ConsoleObserver observer(invocation);
  auto migrator = bench.migrator(observer);
  return print(
      invocation,
      migrator.upgrade(target, mode(invocation), order(invocation), transactions(invocation)),
      "nothing to apply");
}

cli::ExitCode run_downgrade(const cli::Invocation& invocation) {
  if (invocation.has("sql")) return print_script(invocation, ScriptWork::downgrade);
  const auto target = parse_revision_spec(invocation.argument(0).value());
  const Workbench bench(invocation);
  ConsoleObserver observer(invocation);
  return print(invocation, bench.migrator(observer).downgrade(target, mode(invocation)),
               "nothing to take back");
}

cli::ExitCode run_stamp(const cli::Invocation& invocation) {
  if (invocation.has("sql")) return print_script(invocation, ScriptWork::stamp);
  const auto target = parse_revision_spec(invocation.argument(0).value());
  const auto purge = invocation.has("purge") ? Migrator::Purge::yes : Migrator::Purge::no;
  const Workbench bench(invocation);
  ConsoleObserver observer(invocation);
  return print(invocation, bench.migrator(observer).stamp(target, purge, mode(invocation)),
               "nothing to change");
}

cli::ExitCode run_plan(const cli::Invocation& invocation) {
  const auto target = parse_revision_spec(invocation.argument(0).value_or("head"));
  const Workbench bench(invocation);
  ConsoleObserver observer(invocation);
  auto migrator = bench.migrator(observer);
  const auto report = migrator.upgrade(target, Mode::rehearse, order(invocation));
  const auto steps = planned(bench, migrator.look(), report);
  const auto engine = bench.url().engine();
  if (invocation.has("json")) {
    invocation.out().write(json_of(steps, engine, report.current));
    return cli::ExitCode::ok;
  }
  for (const auto& step : steps) {
    const auto& migration = step.migration;
    std::string text = fmt::format("{} {} {}\n  {}\n", to_string(step.direction),
                                   migration.revision, migration.message, migration.path.string());
    for (const auto& batch : batches(migration, step.direction, engine)) {
      text += batch.transactional ? "  in one transaction:\n" : "  each by itself:\n";
      for (const auto& item : batch.statements) text += indented(item.statement.text) + ";\n";
    }
    invocation.out().write(text + "\n");
  }
  invocation.out().write(
      fmt::format("{} to apply; the database stands at {}\n", steps.size(), current(report)));
  return cli::ExitCode::ok;
}

cli::ExitCode run_wait(const cli::Invocation& invocation) {
  auto patience = duration_option(invocation, "wait", std::chrono::minutes(1));
  if (const auto text = invocation.argument(0)) {
    const auto parsed = parse_duration(*text);
    if (!parsed) {
      throw Error(ErrorCode::usage,
                  fmt::format("wait: expected a duration such as 30s, got '{}'", *text));
    }
    patience = *parsed;
  }
  const Workbench bench(invocation);
  const auto waited =
      wait_for_database(bench.url(), bench.settings().database, patience, bench.stop());
  const auto& name = bench.url().redacted();
  invocation.out().write(invocation.has("json")
                             ? json_of_wait(name, waited)
                             : fmt::format("{} answers ({})\n", name, format_duration(waited)));
  return cli::ExitCode::ok;
}

cli::ExitCode run_repair(const cli::Invocation& invocation) {
  const Workbench bench(invocation);
  ConsoleObserver observer(invocation);
  const bool confirmed = invocation.has("yes");
  const Report report = bench.migrator(observer).repair(confirmed ? Mode::run : Mode::rehearse);
  const bool done = report.steps.empty() || confirmed;
  if (invocation.has("json")) {
    invocation.out().write(json_of(report, !confirmed));
    return done ? cli::ExitCode::ok : cli::ExitCode::unconfirmed;
  }
  for (const auto& step : report.steps) {
    invocation.out().write(fmt::format("{} {} {}\n", confirmed ? "accepted" : "would accept",
                                       step.revision, step.path.string()));
  }
  if (report.steps.empty())
    invocation.out().write("nothing to repair: every applied file is as it was\n");
  if (done) return cli::ExitCode::ok;
  throw Error(ErrorCode::unconfirmed,
              "nothing was changed; to accept these files as they are, say 'repair --yes'");
}

cli::ExitCode run_current(const cli::Invocation& invocation) {
  const Workbench bench(invocation);
  ConsoleObserver observer(invocation);
  const Picture picture = bench.migrator(observer).look();
  const auto heads = picture.graph().applied_heads(picture.applied());
  if (invocation.has("json")) {
    invocation.out().write(json_of(picture, heads));
  } else {
    for (const auto index : heads) {
      invocation.out().write(describe(picture.graph(), index) + "\n");
      if (invocation.has("verbose")) invocation.out().write(details(picture, index));
    }
    if (heads.empty()) invocation.out().write("base\n");
  }
  const bool pending = !picture.in(State::pending).empty();
  return pending && invocation.has("check-heads") ? cli::ExitCode::pending : cli::ExitCode::ok;
}

cli::ExitCode run_status(const cli::Invocation& invocation) {
  const Workbench bench(invocation);
  ConsoleObserver observer(invocation);
  const auto migrator = bench.migrator(observer);
  const Picture picture = migrator.look();
  const bool altered = !picture.in(State::altered).empty();
  if (invocation.has("json")) {
    invocation.out().write(json_of(picture, picture.graph().order()));
  } else {
    cli::Table table({"REVISION", "STATE", "APPLIED", "MESSAGE"});
    for (const auto index : picture.graph().order()) {
      const auto* row = picture.row(index);
      table.add({picture.graph()[index].id, std::string(to_string(picture.state(index))),
                 row == nullptr ? "" : to_string(row->applied_at), picture.graph()[index].message});
    }
    invocation.out().write(table.text());
    if (altered) write_differences(invocation, migrator.differences());
  }
  if (altered) return cli::ExitCode::altered;
  return picture.in(State::pending).empty() ? cli::ExitCode::ok : cli::ExitCode::pending;
}

}  // namespace notes::migrate
