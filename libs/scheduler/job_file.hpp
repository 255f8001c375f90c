#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "config/document.hpp"
#include "config/settings.hpp"
#include "config/variables.hpp"
#include "scheduler/job.hpp"
#include "scheduler/run.hpp"

namespace notes::scheduler {

/// Who is told what, beside the log.
struct NotifySettings {
  config::Secret webhook_url;  ///< takes Slack's {"text": …}; empty: nobody is told
  bool on_failure = true;      ///< a job fails that did not fail before
  bool on_recovery = true;     ///< it succeeds again
  bool on_missed = true;       ///< a job has not succeeded in time, or the clock holds all of them
};

/// Something to be said about a place in the file.
struct Remark {
  config::Place place;
  std::string text;  ///< "jobs.purge-trash.overlap: expected …"; never a secret

  friend bool operator==(const Remark&, const Remark&) = default;
};

/// "config/cron.yaml:3:9: jobs.purge-trash.overlap: expected …"
std::string to_string(const Remark& remark);

/// What a file of jobs says, and all that is wrong or doubtful about it, in the file's order.
struct JobFile {
  std::vector<JobDefinition> jobs;  ///< in the file's order; those with problems are left out
  NotifySettings notify;
  std::vector<Remark> problems;  ///< the file must not be used
  std::vector<Remark> warnings;
};

struct JobFileOptions {
  config::Variables variables = {};           ///< what ${NAME} in a value stands for
  std::span<const BuiltinJob> builtins = {};  ///< the jobs that are linked in
};

/// Reads a file of jobs, see docs/scheduling.md. A variable that is not set is a problem, but in
/// URLs to notify: then nobody is notified, and a warning says so. Throws Error{usage} when it
/// cannot be read or is no YAML.
JobFile inspect_job_file(const std::filesystem::path& path, const JobFileOptions& options);

/// The same, for those who want to run it: throws Error{usage} with every problem on a line of its
/// own.
JobFile read_job_file(const std::filesystem::path& path, const JobFileOptions& options);

/// The keys of the file with what they accept, their defaults and meanings: Markdown tables.
std::string job_file_reference();

}  // namespace notes::scheduler
