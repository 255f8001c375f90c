#include "commands.hpp"

#include "backup_commands.hpp"
#include "cli/completion.hpp"
#include "cli/manual.hpp"
#include "cli/settings.hpp"
#include "db/url.hpp"
#include "folder_commands.hpp"
#include "json.hpp"
#include "load_command.hpp"
#include "migrate_app.hpp"
#include "seed_command.hpp"

namespace notes::migrate {
namespace {

const cli::Option kDryRun{.name = "dry-run",
                          .help = "check everything and say what would run; change nothing"};

const cli::Option kSql{.name = "sql",
                       .help =
                           "print a script for psql or sqlite3 instead of running anything; "
                           "for a range FROM:TO without asking the database"};

const cli::Option kEngine{.name = "engine",
                          .value_name = "NAME",
                          .help =
                              "the database that a range's script is for: sqlite or postgresql "
                              "(default: that of the database's URL)"};

const cli::Option kSingleTransaction{
    .name = "single-transaction",
    .help = "apply all pending revisions in one transaction, or none of them"};

const cli::Option kStrictOrder{
    .name = "strict-order",
    .help = "refuse revisions that were merged behind what is already applied"};

cli::Command database_command(std::string name, std::string arguments, std::string summary,
                              std::vector<cli::Option> options,
                              cli::ExitCode (*run)(const cli::Invocation&)) {
  return {.name = std::move(name),
          .arguments = std::move(arguments),
          .summary = std::move(summary),
          .options = std::move(options),
          .settings = cli::Settings::used,
          .run = run};
}

std::string redacted(std::string_view url) { return db::Url::parse(url).redacted(); }

}  // namespace

cli::App app() {
  return {
      .name = "notes-migrate",
      .version = NOTES_VERSION,
      .summary = "Brings a database to the schema that a folder of SQL files describes.",
      .options =
          {{.name = "dir",
            .value_name = "PATH",
            .help = "the folder of the migrations (default: migrations)"},
           {.name = "table",
            .value_name = "NAME",
            .help = "the history table; others of the tool begin with its name (default: "
                    "notes_migrate)"},
           {.name = "lock-timeout",
            .value_name = "DURATION",
            .help = "how long to wait while another run holds the migration lock (default: 60s)"},
           {.name = "table-lock-timeout",
            .value_name = "DURATION",
            .help = "how long a statement may wait for a table before it is rolled back and tried "
                    "again (default: 2s)"},
           {.name = "wait",
            .value_name = "DURATION",
            .help = "how long to wait for the database to come up (default: not at all)"},
           {.name = "json", .help = "print one JSON object and nothing else on standard output"},
           {.name = "verbose",
            .letter = 'v',
            .help = "say more: each statement, each revision's origin"}},
      .commands =
          {database_command(
               "upgrade", "[REV]", "apply pending revisions, up to REV (default: head)",
               {kDryRun, kSql, kEngine, kStrictOrder, kSingleTransaction}, run_upgrade),
           database_command(
               "downgrade", "REV",
               "take back applied revisions: -1, -N, a revision to go down to, or base",
               {kDryRun, kSql, kEngine}, run_downgrade),
           database_command("plan", "[REV]", "show what upgrade would run, statement by statement",
                            {kStrictOrder}, run_plan),
           database_command(
               "wait", "[DURATION]",
               "wait until the database answers (default: 1m); exit 7 when it does not", {},
               run_wait),
           database_command("current", "", "show the revisions the database stands at",
                            {{.name = "check-heads", .help = "exit 3 when a revision is pending"}},
                            run_current),
           database_command("status", "",
                            "show every revision and how it stands; exit 3 when one is pending, 5 "
                            "when an applied file "
                            "has changed",
                            {}, run_status),
           database_command("history", "", "list the revisions of the folder, the newest first",
                            {{.name = "range",
                              .letter = 'r',
                              .value_name = "A:B",
                              .help = "only from A to B, both included"},
                             {.name = "indicate-current",
                              .letter = 'i',
                              .help = "ask the database, and mark what is applied"}},
                            run_history),
           {.name = "heads", .summary = "show the revisions that none builds on", .run = run_heads},
           {.name = "branches",
            .summary = "show the revisions that several build on",
            .run = run_branches},
           database_command("show", "REV", "show one revision and its SQL", {}, run_show),
           {.name = "init", .summary = "make the folder of the migrations, empty", .run = run_init},
           {.name = "edit",
            .arguments = "REV",
            .summary = "open the file of a revision in $VISUAL or $EDITOR",
            .run = run_edit},
           {.name = "revision",
            .summary = "write a new, empty migration file and print its path",
            .options =
                {{.name = "message",
                  .letter = 'm',
                  .value_name = "TEXT",
                  .help = "what it does, in one line"},
                 {.name = "rev-id", .value_name = "ID", .help = "its id, instead of a random one"},
                 {.name = "head",
                  .value_name = "REV",
                  .help = "the revision it follows (default: head)"},
                 {.name = "splice",
                  .help = "allow a revision that is no head: this makes a branch"},
                 {.name = "branch-label",
                  .value_name = "LABEL",
                  .help = "a name for the branch that begins with it"},
                 {.name = "depends-on",
                  .value_name = "REV",
                  .help = "a revision that must be applied before it"}},
            .run = run_revision},
           {.name = "merge",
            .arguments = "REV...",
            .summary = "write a revision that joins several heads",
            .options =
                {{.name = "message",
                  .letter = 'm',
                  .value_name = "TEXT",
                  .help = "what it does, in one line"},
                 {.name = "rev-id", .value_name = "ID", .help = "its id, instead of a random one"}},
            .run = run_merge},
           database_command(
               "stamp", "REV",
               "write into the history that the database stands at REV, and run nothing",
               {kDryRun,
                kSql,
                kEngine,
                {.name = "purge",
                 .help = "forget all other revisions first, also those without a file"}},
               run_stamp),
           database_command(
               "repair", "", "accept the files of applied revisions as they are now; runs no SQL",
               {{.name = "yes", .help = "do it; without this it only shows what it would accept"}},
               run_repair),
           seed_command(),
           load_command(),
           backup_command(),
           restore_command(),
           dump_command(),
           cli::config_show_command(redacted),
           cli::completion_command(),
           cli::manual_command()},
      .sections = {"database", "log"},
      .error_object = [](const Error& error, cli::ExitCode code) { return json_of(error, code); },
  };
}

}  // namespace notes::migrate
