#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "config/settings.hpp"
#include "scheduler/job_file.hpp"
#include "scheduler/run.hpp"

namespace notes::cron_app {

/// The jobs that this program is linked with, and those that the file describes.
class Catalog {
 public:
  /// Only the builtin jobs; read() adds the file.
  Catalog(const cli::Invocation& invocation, const config::Settings& settings);
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  /// Throws Error{usage} with every problem of the file.
  void read();
  /// What is wrong with the file, and what is doubtful.
  scheduler::JobFile inspect(const std::filesystem::path& path) const;

  const std::filesystem::path& path() const { return path_; }
  const std::vector<scheduler::BuiltinJob>& builtins() const { return builtins_; }
  const scheduler::JobFile& file() const { return file_; }

  /// The job of the file, or a builtin one that the file does not name, with no schedule. Throws
  /// Error{not_found} with the closest name.
  scheduler::JobDefinition find(std::string_view name) const;
  /// nullptr unless the job is a builtin one.
  const scheduler::BuiltinJob* builtin_of(const scheduler::JobDefinition& job) const;

 private:
  scheduler::Retention retention(std::string_view job) const;

  config::Variables variables_;
  std::filesystem::path path_;
  std::vector<scheduler::BuiltinJob> builtins_;
  scheduler::JobFile file_;
};

/// The settings of the section "cron" alone, for commands that ask no database.
config::Settings settings_without_database(const cli::Invocation& invocation);

}  // namespace notes::cron_app
