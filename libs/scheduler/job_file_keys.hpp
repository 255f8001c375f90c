#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cron/schedule.hpp"
#include "scheduler/job.hpp"
#include "scheduler/job_file.hpp"

namespace notes::scheduler {

/// What has been read of the file, or of one of its jobs: a job's begins as a copy of the file's,
/// so that it inherits what the file says for all.
struct Draft {
  JobDefinition job;
  NotifySettings notify;
  std::string timezone = "UTC";
  cron::DaylightSaving dst = cron::DaylightSaving::vixie;
  std::optional<std::string> expression;
  std::optional<std::chrono::milliseconds> every;
  std::optional<std::string> builtin;
  std::optional<std::string> sql;
  std::optional<std::vector<std::string>> command;
  std::optional<Semantics> semantics;
  std::optional<std::chrono::milliseconds> grace;
};

/// What a key's value must look like.
enum class Shape {
  text,
  url,   ///< text that is never shown, and may be missing; see inspect_job_file()
  list,  ///< of texts
  map,   ///< of names to texts
};

/// A key's value with its variables put in; which of the members counts, the shape says.
struct Given {
  std::string text;
  std::vector<std::string> items;
  Parameters pairs;
};

/// One key of the file: all that reading, messages and the reference need to know of it.
struct JobFileKey {
  std::string_view section;  ///< "", "notify", "jobs.NAME", "jobs.NAME.ping", …
  std::string_view name;
  Shape shape = Shape::text;
  std::string accepted;
  std::string_view default_text;
  std::string_view help;
  std::vector<std::string_view> choices;  ///< for did-you-mean, when these are all that there are
  /// False when the value is not accepted.
  std::function<bool(Draft&, const Given&)> assign;
};

/// Every key, section by section in the order of the reference.
const std::vector<JobFileKey>& job_file_keys();

/// The names of the keys and sections directly below a section.
std::vector<std::string_view> names_below(std::string_view section);
const JobFileKey* find_key(std::string_view section, std::string_view name);

}  // namespace notes::scheduler
