#include "backup_commands.hpp"

#include <iostream>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "base/error.hpp"
#include "cli/table.hpp"
#include "json.hpp"
#include "transfer/archive.hpp"
#include "transfer/backup.hpp"
#include "transfer/dump.hpp"
#include "workbench.hpp"

namespace notes::migrate {
namespace {

transfer::BackupPlace place_of(const cli::Invocation& invocation, const Workbench& bench) {
  return {.url = bench.url(),
          .settings = bench.settings().database,
          .history = bench.table(),
          .tool_version = invocation.app().version,
          .variables = invocation.variables()};
}

std::string required(const cli::Invocation& invocation, std::string_view option) {
  const auto value = invocation.value(option);
  if (!value || value->empty())
    throw Error(ErrorCode::usage, fmt::format("--{} is missing: the backup file", option));
  return *value;
}

void print(const cli::Invocation& invocation, const transfer::Manifest& manifest,
           std::string_view outcome) {
  if (invocation.has("json")) {
    invocation.out().write(transfer::to_json(manifest) + "\n");
    return;
  }
  cli::Table table({"TABLE", "ROWS"});
  for (const auto& rows : manifest.tables) {
    table.add({rows.schema.empty() ? rows.table : rows.schema + "." + rows.table,
               std::to_string(rows.rows)});
  }
  invocation.out().write(table.text());
  invocation.out().write(fmt::format("{}, at revision {}\n", outcome,
                                     manifest.revisions.empty()
                                         ? "base"
                                         : fmt::format("{}", fmt::join(manifest.revisions, ", "))));
}

cli::ExitCode run_backup(const cli::Invocation& invocation) {
  const auto out = required(invocation, "out");
  Workbench bench(invocation);
  const auto manifest =
      transfer::backup(place_of(invocation, bench), out, bench.clock(), bench.stop());
  print(invocation, manifest, "written to " + out);
  return cli::ExitCode::ok;
}

/// One line from standard input; what a terminal's user typed.
std::string ask(const cli::Invocation& invocation, std::string_view question) {
  auto& error = invocation.console().error;
  error.write(question);
  error.flush();
  std::string answer;
  std::getline(std::cin, answer);
  return answer;
}

/// Throws Error{unconfirmed} unless somebody has said, knowing which database it is, that its
/// contents may be replaced.
void confirm(const cli::Invocation& invocation, const db::Url& url,
             const transfer::Manifest& manifest) {
  const auto name = transfer::database_name(url);
  const auto refuse = [](const std::string& why) { throw Error(ErrorCode::unconfirmed, why); };
  if (invocation.has("yes") || ::isatty(STDIN_FILENO) == 0) {
    if (invocation.has("yes") && invocation.value("database") == name) return;
    refuse(fmt::format("restoring into {} needs --yes --database {}", url.redacted(), name));
  }
  const auto first =
      ask(invocation, fmt::format("Restore the backup of {} from {} into {}? [y/N] ",
                                  manifest.database, manifest.created_at, url.redacted()));
  if (first != "y" && first != "yes") refuse("nothing was done");
  if (ask(invocation, fmt::format("Type the name of the database ({}) to go on: ", name)) != name)
    refuse("that is another name; nothing was done");
}

cli::ExitCode run_restore(const cli::Invocation& invocation) {
  const auto file = required(invocation, "file");
  Workbench bench(invocation);
  confirm(invocation, bench.url(), transfer::ArchiveReader(file).manifest());
  const auto overwrite =
      invocation.has("overwrite") ? transfer::Overwrite::yes : transfer::Overwrite::no;
  const auto lock = bench.lock();
  const auto manifest =
      transfer::restore(place_of(invocation, bench), file, overwrite, bench.clock(), bench.stop());
  print(invocation, manifest, "restored from " + file);
  return cli::ExitCode::ok;
}

cli::ExitCode run_dump(const cli::Invocation& invocation) {
  Workbench bench(invocation);
  const auto text = transfer::dump(place_of(invocation, bench), bench.clock(), bench.stop());
  const bool json = invocation.has("json");
  if (const auto out = invocation.value("out")) {
    transfer::write_whole(*out, text);
    invocation.out().write(json ? json_of_file(*out) : fmt::format("written to {}\n", *out));
  } else {
    invocation.out().write(json ? json_of_script(bench.url().engine(), text) : text);
  }
  return cli::ExitCode::ok;
}

}  // namespace

cli::Command dump_command() {
  return {.name = "dump",
          .summary = "print the schema and what is applied as SQL, to make a new database from",
          .options = {{.name = "out",
                       .value_name = "FILE",
                       .help = "write it into this file, instead of printing it"}},
          .settings = cli::Settings::used,
          .run = run_dump};
}

cli::Command backup_command() {
  return {.name = "backup",
          .summary = "write all of the database into a file, while others go on writing",
          .options = {{.name = "out", .value_name = "FILE", .help = "the file to write"}},
          .settings = cli::Settings::used,
          .run = run_backup};
}

cli::Command restore_command() {
  return {.name = "restore",
          .summary = "put a backup into an empty database, all or nothing",
          .options = {{.name = "file", .value_name = "PATH", .help = "the backup"},
                      {.name = "overwrite", .help = "delete what is in the database first"},
                      {.name = "yes", .help = "do what needs a confirmation"},
                      {.name = "database",
                       .value_name = "NAME",
                       .help = "with --yes: the name of the database that is meant"}},
          .settings = cli::Settings::used,
          .run = run_restore};
}

}  // namespace notes::migrate
