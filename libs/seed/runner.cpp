#include "seed/runner.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "migrate/transaction.hpp"
#include "seed/history.hpp"

namespace notes::seed {
namespace {

constexpr std::string_view kProduction = "prod";
constexpr std::array<std::string_view, 3> kEnvironments{"dev", "staging", kProduction};

void add(std::vector<TableCount>& tables, TableCount count) {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const TableCount& each) {
    return each.table == count.table;
  });
  if (found == tables.end()) {
    tables.push_back(std::move(count));
    return;
  }
  found->inserted += count.inserted;
  found->updated += count.updated;
  found->unchanged += count.unchanged;
}

FileReport run_file(db::Session& session, const File& file, History& history,
                    const Options& options, const Clock& clock, const std::stop_token& stop) {
  FileReport report{
      .file = file.name, .edition = history.edition(options.environment, file), .tables = {}};
  for (const auto& section : file.sections) {
    add(report.tables, write_section(session, section, options.existing, clock, stop));
  }
  if (report.edition != Edition::same) history.record(options.environment, file);
  return report;
}

}  // namespace

void Observer::file_started(std::string_view, std::size_t, std::size_t) {}
void Observer::file_finished(const FileReport&) {}

void check_environment(std::string_view seeds, config::Environment application,
                       Confirmed confirmed) {
  if (std::find(kEnvironments.begin(), kEnvironments.end(), seeds) == kEnvironments.end()) {
    throw Error(ErrorCode::usage, fmt::format("--env: expected dev, staging or prod, got '{}'{}",
                                              seeds, did_you_mean(seeds, kEnvironments)));
  }
  const bool production = application == config::Environment::production;
  if ((seeds == kProduction) == production || confirmed == Confirmed::yes) return;
  throw Error(ErrorCode::unconfirmed,
              fmt::format("the seeds of {} are not for APP_ENV={}; say --yes if they are meant",
                          seeds, production ? "production" : "development or testing"));
}

Report run(db::Session& session, const Options& options, const Clock& clock, Observer& observer,
           const std::stop_token& stop) {
  std::vector<File> files;
  for (const auto& path : list_files(options.folder / options.environment)) {
    files.push_back(read_file(path, options.variables));
  }
  const bool dry_run = options.mode == Mode::dry_run;
  Report report{.environment = options.environment, .dry_run = dry_run, .files = {}};
  History history(session, options.table, options.author, clock);
  std::optional<migrate::Transaction> whole;
  if (dry_run) whole.emplace(session);
  history.prepare();
  for (const auto& file : files) {
    observer.file_started(file.name, report.files.size() + 1, files.size());
    std::optional<migrate::Transaction> own;
    if (!dry_run) own.emplace(session);
    report.files.push_back(run_file(session, file, history, options, clock, stop));
    if (own && options.lock != nullptr) options.lock->confirm(session);
    if (own) own->commit();
    observer.file_finished(report.files.back());
  }
  return report;
}

}  // namespace notes::seed
