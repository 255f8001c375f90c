#include "migrate_app.hpp"

#include <algorithm>
#include <array>
#include <stop_token>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "base/error.hpp"
#include "cli/signals.hpp"
#include "cli/table.hpp"
#include "console_observer.hpp"
#include "json.hpp"
#include "migrate/folder.hpp"
#include "migrate/migrator.hpp"

namespace notes::migrate {
namespace {

std::filesystem::path directory(const cli::Invocation& invocation) {
  return invocation.value("dir").value_or("migrations");
}

std::chrono::milliseconds duration(const cli::Invocation& invocation, std::string_view option,
                                   std::chrono::milliseconds otherwise) {
  const auto text = invocation.value(option);
  if (!text) return otherwise;
  const auto parsed = parse_duration(*text);
  if (!parsed)
    throw Error(ErrorCode::usage,
                fmt::format("--{}: expected a duration such as 30s, got '{}'", option, *text));
  return *parsed;
}

/// user@host, for the history.
std::string author(const cli::Invocation& invocation) {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  const auto user = config::value_of(invocation.variables(), "USER");
  return fmt::format("{}@{}", user.empty() ? fmt::format("uid {}", ::getuid()) : std::string(user),
                     host.data());
}

/// What a command on a database works with. SIGTERM and SIGINT ask the run to stop.
class Workplace {
 public:
  explicit Workplace(const cli::Invocation& invocation)
      : observer_(invocation, invocation.has("verbose") ? ConsoleObserver::Detail::statements
                                                        : ConsoleObserver::Detail::steps),
        listener_([this](const std::stop_token& over) {
          if (signal_.wait(over)) stop_.request_stop();
        }),
        migrator_(make(invocation)) {}

  Migrator& migrator() { return migrator_; }

 private:
  Migrator make(const cli::Invocation& invocation) {
    const auto loaded = invocation.load_settings();
    MigratorSettings settings;
    settings.directory = directory(invocation);
    if (const auto table = invocation.value("table")) settings.table = TableName(*table);
    settings.run_lock_timeout = duration(invocation, "lock-timeout", settings.run_lock_timeout);
    settings.runner.lock_timeout =
        duration(invocation, "table-lock-timeout", settings.runner.lock_timeout);
    settings.author = {author(invocation), invocation.app().version};
    settings.stop = stop_.get_token();
    const auto& database = loaded.settings.database;
    return {db::Url::parse(database.url.reveal()), database, std::move(settings), clock_,
            observer_};
  }

  cli::ShutdownSignal signal_;  // before any thread starts
  SystemClock clock_;
  ConsoleObserver observer_;
  std::stop_source stop_;
  std::jthread listener_;
  Migrator migrator_;
};

Mode mode(const cli::Invocation& invocation) {
  return invocation.has("dry-run") ? Mode::rehearse : Mode::run;
}

std::string current(const Report& report) {
  return report.current.empty() ? "base" : fmt::format("{}", fmt::join(report.current, ", "));
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

Picture folder_only(const cli::Invocation& invocation) {
  return {read_folder(directory(invocation)), {}, db::Engine::sqlite};
}

std::string describe(const Graph& graph, Graph::Index index) {
  const Revision& revision = graph[index];
  std::string text = revision.id;
  if (!revision.branch_labels.empty())
    fmt::format_to(std::back_inserter(text), " ({})", fmt::join(revision.branch_labels, ", "));
  if (graph.children(index).empty()) text += " (head)";
  if (graph.children(index).size() > 1) text += " (branch point)";
  if (graph.parents(index).size() > 1) text += " (merge)";
  if (!revision.message.empty()) text += "  " + revision.message;
  return text;
}

cli::ExitCode print(const cli::Invocation& invocation, const Picture& picture,
                    const std::vector<Graph::Index>& revisions) {
  if (invocation.has("json")) {
    invocation.out().write(json_of(picture, revisions));
    return cli::ExitCode::ok;
  }
  for (const auto index : revisions) {
    const auto& parents = picture.graph()[index].parents;
    invocation.out().write(fmt::format(
        "{} -> {}\n", parents.empty() ? "base" : fmt::format("{}", fmt::join(parents, ", ")),
        describe(picture.graph(), index)));
    if (invocation.has("verbose"))
      invocation.out().write(fmt::format("    {}\n", picture.graph()[index].origin));
  }
  return cli::ExitCode::ok;
}

std::string required_message(const cli::Invocation& invocation) {
  const auto message = invocation.value("message");
  if (!message || message->empty())
    throw Error(ErrorCode::usage, "say what the revision does: -m 'add notes.archived_at'");
  return *message;
}

cli::ExitCode write(const cli::Invocation& invocation, const NewMigration& migration) {
  const auto path = write_migration(directory(invocation), migration);
  invocation.out().write(path.string() + "\n");
  return cli::ExitCode::ok;
}

}  // namespace

cli::ExitCode run_upgrade(const cli::Invocation& invocation) {
  const auto target = parse_revision_spec(invocation.argument(0).value_or("head"));
  Workplace workplace(invocation);
  const auto order = invocation.has("strict-order") ? Order::strict : Order::any;
  return print(invocation, workplace.migrator().upgrade(target, mode(invocation), order),
               "nothing to apply");
}

cli::ExitCode run_downgrade(const cli::Invocation& invocation) {
  const auto target = parse_revision_spec(invocation.argument(0).value());
  Workplace workplace(invocation);
  return print(invocation, workplace.migrator().downgrade(target, mode(invocation)),
               "nothing to take back");
}

cli::ExitCode run_stamp(const cli::Invocation& invocation) {
  const auto target = parse_revision_spec(invocation.argument(0).value());
  Workplace workplace(invocation);
  const auto purge = invocation.has("purge") ? Migrator::Purge::yes : Migrator::Purge::no;
  return print(invocation, workplace.migrator().stamp(target, purge, mode(invocation)),
               "nothing to change");
}

cli::ExitCode run_repair(const cli::Invocation& invocation) {
  Workplace workplace(invocation);
  const bool confirmed = invocation.has("yes");
  const Report report = workplace.migrator().repair(confirmed ? Mode::run : Mode::rehearse);
  if (invocation.has("json")) {
    invocation.out().write(json_of(report, !confirmed));
  } else {
    for (const auto& step : report.steps) {
      invocation.out().write(fmt::format("{} {} {}\n", confirmed ? "accepted" : "would accept",
                                         step.revision, step.path.string()));
    }
    if (report.steps.empty())
      invocation.out().write("nothing to repair: every applied file is as it was\n");
  }
  if (report.steps.empty() || confirmed) return cli::ExitCode::ok;
  throw Error(ErrorCode::unconfirmed,
              "nothing was changed; to accept these files as they are, say 'repair --yes'");
}

cli::ExitCode run_current(const cli::Invocation& invocation) {
  Workplace workplace(invocation);
  const Picture picture = workplace.migrator().look();
  const auto heads = picture.graph().applied_heads(picture.applied());
  if (invocation.has("json")) {
    invocation.out().write(json_of(picture, heads));
  } else {
    for (const auto index : heads) invocation.out().write(describe(picture.graph(), index) + "\n");
    if (heads.empty()) invocation.out().write("base\n");
  }
  const bool pending = !picture.in(State::pending).empty();
  return pending && invocation.has("check-heads") ? cli::ExitCode::pending : cli::ExitCode::ok;
}

cli::ExitCode run_status(const cli::Invocation& invocation) {
  Workplace workplace(invocation);
  const Picture picture = workplace.migrator().look();
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
  }
  if (!picture.in(State::altered).empty()) return cli::ExitCode::altered;
  return picture.in(State::pending).empty() ? cli::ExitCode::ok : cli::ExitCode::pending;
}

cli::ExitCode run_history(const cli::Invocation& invocation) {
  const Picture picture = folder_only(invocation);
  const Graph& graph = picture.graph();
  auto shown = graph.order();
  if (const auto text = invocation.value("range")) {
    const auto range = parse_revision_range(*text);
    const Resolver resolver(graph, picture.applied());
    if (range.to) {
      const auto below = graph.ancestors(resolver.resolve(*range.to));
      std::erase_if(shown, [&](Graph::Index index) { return !below[index]; });
    }
    if (range.from) {
      const auto from = resolver.resolve(*range.from);
      const auto above = graph.descendants(from.empty() ? graph.bases() : from);
      std::erase_if(shown, [&](Graph::Index index) { return !above[index]; });
    }
  }
  std::reverse(shown.begin(), shown.end());
  return print(invocation, picture, shown);
}

cli::ExitCode run_heads(const cli::Invocation& invocation) {
  const Picture picture = folder_only(invocation);
  return print(invocation, picture, picture.graph().heads());
}

cli::ExitCode run_branches(const cli::Invocation& invocation) {
  const Picture picture = folder_only(invocation);
  return print(invocation, picture, picture.graph().branch_points());
}

cli::ExitCode run_show(const cli::Invocation& invocation) {
  const Picture picture = folder_only(invocation);
  const auto found = Resolver(picture.graph(), picture.applied())
                         .resolve(parse_revision_spec(invocation.argument(0).value()));
  if (invocation.has("json")) return print(invocation, picture, found);
  for (const auto index : found) {
    invocation.out().write(fmt::format("{}\n{}\n\n{}", describe(picture.graph(), index),
                                       picture.graph()[index].origin, picture.file(index)->source));
  }
  return cli::ExitCode::ok;
}

cli::ExitCode run_revision(const cli::Invocation& invocation) {
  const Picture picture = folder_only(invocation);
  const Graph& graph = picture.graph();
  const Resolver resolver(graph, picture.applied());
  NewMigration migration;
  migration.message = required_message(invocation);
  migration.revision = invocation.value("rev-id").value_or("");
  const auto parents =
      resolver.resolve(parse_revision_spec(invocation.value("head").value_or("head")));
  for (const auto index : parents) {
    if (!graph.children(index).empty() && !invocation.has("splice")) {
      throw Error(
          ErrorCode::usage,
          fmt::format(
              "revision {} is no head; a revision behind it starts a branch: say --splice if that "
              "is meant",
              graph[index].id));
    }
    migration.down_revisions.push_back(graph[index].id);
  }
  for (const auto& text : invocation.values("depends-on")) {
    for (const auto index : resolver.resolve(parse_revision_spec(text)))
      migration.depends_on.push_back(graph[index].id);
  }
  migration.branch_labels = invocation.values("branch-label");
  return write(invocation, migration);
}

cli::ExitCode run_merge(const cli::Invocation& invocation) {
  const Picture picture = folder_only(invocation);
  const Resolver resolver(picture.graph(), picture.applied());
  NewMigration migration;
  migration.message = required_message(invocation);
  migration.revision = invocation.value("rev-id").value_or("");
  for (const auto& text : invocation.arguments()) {
    for (const auto index : resolver.resolve(parse_revision_spec(text))) {
      const auto& id = picture.graph()[index].id;
      auto& parents = migration.down_revisions;
      if (std::find(parents.begin(), parents.end(), id) == parents.end()) parents.push_back(id);
    }
  }
  if (migration.down_revisions.size() < 2) {
    throw Error(ErrorCode::usage,
                "merge joins at least two revisions; name them, or say 'heads' for all heads");
  }
  return write(invocation, migration);
}

}  // namespace notes::migrate
