#include "seed_command.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/error.hpp"
#include "cli/progress.hpp"
#include "cli/table.hpp"
#include "migrate/canceller.hpp"
#include "seed/runner.hpp"
#include "workbench.hpp"

namespace notes::migrate {
namespace {

std::string_view to_string(seed::Edition edition) {
  switch (edition) {
    case seed::Edition::first:
      return "first";
    case seed::Edition::same:
      return "same";
    case seed::Edition::edited:
      return "edited";
  }
  return "first";
}

/// The file that is running, on a terminal; without one, and without --json, a line for each file.
class Progress final : public seed::Observer {
 public:
  explicit Progress(const cli::Invocation& invocation)
      : console_(invocation.console()), line_(console_.error, console_.error_terminal) {}

  void file_started(std::string_view file, std::size_t number, std::size_t count) override {
    line_.show(fmt::format("[{}/{}] {}", number, count, file));
  }

  void file_finished(const seed::FileReport& report) override {
    line_.clear();
    if (report.edition == seed::Edition::edited)
      console_.error.write(fmt::format("{}: edited since it was last run\n", report.file));
  }

 private:
  const cli::Console& console_;
  cli::ProgressLine line_;
};

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(Writer& json, std::string_view text) {
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

std::string json_of(const seed::Report& report) {
  rapidjson::StringBuffer buffer;
  Writer json(buffer);
  json.StartObject();
  json.Key("environment");
  write(json, report.environment);
  json.Key("dry_run");
  json.Bool(report.dry_run);
  json.Key("files");
  json.StartArray();
  for (const auto& file : report.files) {
    json.StartObject();
    json.Key("file");
    write(json, file.file);
    json.Key("edition");
    write(json, to_string(file.edition));
    json.Key("tables");
    json.StartArray();
    for (const auto& count : file.tables) {
      json.StartObject();
      json.Key("table");
      write(json, count.table);
      json.Key("inserted");
      json.Uint64(count.inserted);
      json.Key("updated");
      json.Uint64(count.updated);
      json.Key("unchanged");
      json.Uint64(count.unchanged);
      json.EndObject();
    }
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

std::string text_of(const seed::Report& report) {
  cli::Table table({"FILE", "TABLE", "INSERTED", "UPDATED", "UNCHANGED"});
  for (const auto& file : report.files) {
    auto name = file.file;
    for (const auto& count : file.tables) {
      table.add({name, count.table, std::to_string(count.inserted), std::to_string(count.updated),
                 std::to_string(count.unchanged)});
      name.clear();
    }
  }
  const auto outcome = !report.changed() ? "nothing to change: every row is there\n"
                       : report.dry_run  ? "a dry run: nothing was kept\n"
                                         : "";
  return table.text() + outcome;
}

cli::ExitCode run_seed(const cli::Invocation& invocation) {
  Workbench bench(invocation);
  seed::Options options;
  options.environment = invocation.value("env").value_or("");
  if (options.environment.empty())
    throw Error(ErrorCode::usage, "say which seeds: --env dev, --env staging or --env prod");
  seed::check_environment(options.environment, bench.settings().environment,
                          invocation.has("yes") ? seed::Confirmed::yes : seed::Confirmed::no);
  options.folder = invocation.value("seeds").value_or("seeds");
  if (invocation.has("force")) options.existing = seed::Existing::update;
  if (invocation.has("dry-run")) options.mode = seed::Mode::dry_run;
  options.table = bench.table();
  options.author = bench.author();
  options.variables = invocation.variables();

  const auto session = bench.open();
  const auto lock = bench.lock();
  options.lock = lock.get();
  const Canceller canceller(*session, bench.stop());
  Progress progress(invocation);
  const auto report = seed::run(*session, options, bench.clock(), progress, bench.stop());
  invocation.out().write(invocation.has("json") ? json_of(report) : text_of(report));
  return cli::ExitCode::ok;
}

}  // namespace

cli::Command seed_command() {
  return {.name = "seed",
          .summary = "put the rows of seeds/ENV/*.yaml into the database; what is there stays",
          .options = {{.name = "env", .value_name = "ENV", .help = "dev, staging or prod"},
                      {.name = "seeds",
                       .value_name = "PATH",
                       .help = "the folder that holds the environments' folders (default: seeds)"},
                      {.name = "force", .help = "update the rows that are there and differ"},
                      {.name = "dry-run",
                       .help = "check everything and say what would run; change nothing"},
                      {.name = "yes", .help = "do what needs a confirmation"}},
          .settings = cli::Settings::used,
          .run = run_seed};
}

}  // namespace notes::migrate
