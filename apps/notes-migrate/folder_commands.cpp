#include "folder_commands.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "base/error.hpp"
#include "editor.hpp"
#include "json.hpp"
#include "migrate/folder.hpp"
#include "revision_text.hpp"
#include "workbench.hpp"

namespace notes::migrate {
namespace {

Picture folder_only(const cli::Invocation& invocation) {
  return {read_folder(migrations_folder(invocation)), {}, db::Engine::sqlite};
}

Picture folder_and_database(const cli::Invocation& invocation) {
  const Workbench bench(invocation);
  Observer nobody;
  return bench.migrator(nobody).look();
}

cli::ExitCode print(const cli::Invocation& invocation, const Picture& picture,
                    const std::vector<Graph::Index>& revisions) {
  if (invocation.has("json")) {
    invocation.out().write(json_of(picture, revisions));
    return cli::ExitCode::ok;
  }
  const Graph& graph = picture.graph();
  const auto at = graph.applied_heads(picture.applied());
  for (const auto index : revisions) {
    const auto& parents = graph[index].parents;
    std::string text = fmt::format(
        "{} -> {}", parents.empty() ? "base" : fmt::format("{}", fmt::join(parents, ", ")),
        describe(graph, index));
    if (std::find(at.begin(), at.end(), index) != at.end()) {
      text += " [current]";
    } else if (picture.row(index) != nullptr) {
      text += " [applied]";
    }
    invocation.out().write(text + "\n");
    if (invocation.has("verbose")) invocation.out().write(details(picture, index));
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
  const auto path = write_migration(migrations_folder(invocation), migration);
  if (invocation.has("json")) {
    invocation.out().write(json_of_file(path));
  } else {
    invocation.out().write(path.string() + "\n");
  }
  return cli::ExitCode::ok;
}

}  // namespace

cli::ExitCode run_init(const cli::Invocation& invocation) {
  const auto folder = migrations_folder(invocation);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const bool fresh = !error && std::filesystem::is_empty(folder, error);
  if (error) {
    throw Error(ErrorCode::usage,
                fmt::format("{} cannot be made: {}", folder.string(), error.message()));
  }
  if (!fresh) {
    throw Error(ErrorCode::usage,
                fmt::format("{} is there and is not empty; name another folder with --dir",
                            folder.string()));
  }
  if (invocation.has("json")) {
    invocation.out().write(json_of_file(folder));
    return cli::ExitCode::ok;
  }
  invocation.out().write(folder.string() + "\n");
  invocation.console().error.write(
      "now write a first migration: notes-migrate revision -m 'create …'\n");
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

cli::ExitCode run_edit(const cli::Invocation& invocation) {
  const Picture picture = folder_only(invocation);
  const auto found = Resolver(picture.graph(), picture.applied())
                         .resolve(parse_revision_spec(invocation.argument(0).value()));
  if (found.size() != 1) {
    throw Error(ErrorCode::usage, fmt::format("edit opens one file, and '{}' names {} revisions",
                                              *invocation.argument(0), found.size()));
  }
  const auto path = picture.file(found.front())->path;
  edit_file(path, invocation.variables());
  read_folder(migrations_folder(invocation));  // says at once what it would stumble over later
  invocation.out().write(invocation.has("json") ? json_of_file(path) : path.string() + "\n");
  return cli::ExitCode::ok;
}

cli::ExitCode run_history(const cli::Invocation& invocation) {
  const Picture picture = invocation.has("indicate-current") ? folder_and_database(invocation)
                                                             : folder_only(invocation);
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
  const auto spec = parse_revision_spec(invocation.argument(0).value());
  const Picture picture =
      spec.symbol == "current" ? folder_and_database(invocation) : folder_only(invocation);
  const auto found = Resolver(picture.graph(), picture.applied()).resolve(spec);
  if (invocation.has("json")) {
    invocation.out().write(json_of(picture, found, Sections::shown));
    return cli::ExitCode::ok;
  }
  for (const auto index : found) {
    const auto* file = picture.file(index);
    invocation.out().write(describe(picture.graph(), index) + "\n" + details(picture, index) +
                           (file == nullptr ? "" : "\n" + file->source));
  }
  return cli::ExitCode::ok;
}

}  // namespace notes::migrate
