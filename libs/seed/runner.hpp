#pragma once

#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "config/settings.hpp"
#include "config/variables.hpp"
#include "db/session.hpp"
#include "migrate/history.hpp"
#include "migrate/platform.hpp"
#include "migrate/table_name.hpp"
#include "seed/file.hpp"
#include "seed/report.hpp"
#include "seed/writer.hpp"

namespace notes::seed {

/// Told what a run does while it does it, from the thread that runs. The default ignores
/// everything.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;

  /// `number` counts from 1.
  virtual void file_started(std::string_view file, std::size_t number, std::size_t count);
  /// After the commit that made it true; in a dry run after what would have been committed.
  virtual void file_finished(const FileReport& report);
};

enum class Mode {
  commit,
  dry_run,  ///< all files in one transaction, which is rolled back
};

struct Options {
  std::filesystem::path folder;  ///< holds dev/, staging/, prod/
  std::string environment;       ///< one of these
  Existing existing = Existing::keep;
  Mode mode = Mode::commit;
  migrate::TableName table{migrate::TableName::kDefault};
  migrate::Author author;
  /// Confirmed before each commit; the caller holds it. nullptr: nobody else can be at work.
  migrate::RunLock* lock = nullptr;
  /// What ${NAME} in the files stands for.
  config::Variables variables;
};

enum class Confirmed { no, yes };

/// Throws Error{usage} when `seeds` is none of dev, staging, prod; Error{unconfirmed} when prod's
/// seeds meet an application that is not in production, or the reverse, and nobody has confirmed.
void check_environment(std::string_view seeds, config::Environment application,
                       Confirmed confirmed);

/// Puts the rows of the environment's seed files into the database, one transaction per file, in
/// the order of their names. All files are read before the first is run. Rows that are there
/// already are found by their natural key, so that a second run changes nothing.
///
/// Throws what list_files, read_file and write_section throw; the files before the failing one stay
/// committed. Error{interrupted} when stopped, {locked} when the lock was lost.
Report run(db::Session& session, const Options& options, const Clock& clock, Observer& observer,
           const std::stop_token& stop);

}  // namespace notes::seed
