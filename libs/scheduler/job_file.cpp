#include "scheduler/job_file.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "cron/warnings.hpp"
#include "scheduler/job_file_keys.hpp"
#include "scheduler/job_file_sections.hpp"

namespace notes::scheduler {
namespace {

using config::Entry;
using config::Node;
using config::Place;

/// What a job's name may be: it stands in paths, in metrics and on command lines.
bool is_job_name(std::string_view name) {
  constexpr std::size_t kLongest = 100;
  const auto word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= kLongest && word(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return word(c) || c == '-' || c == '_' || c == '.'; });
}

/// One pass over the document.
class Reading {
 public:
  Reading(const std::filesystem::path& path, const JobFileOptions& options)
      : folder_(path.parent_path()),
        options_(options),
        findings_(file_),
        sections_(options.variables, findings_) {}
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  JobFile run(const Node& document) {
    Draft draft;
    sections_.read(document, "", "", draft);
    file_.notify = draft.notify;
    if (const Node* jobs = document.find("jobs");
        jobs != nullptr && sections_.is_map(*jobs, "jobs")) {
      for (const Entry& entry : jobs->entries()) read_job(entry, draft);
    }
    return std::move(file_);
  }

 private:
  void read_job(const Entry& entry, const Draft& defaults);
  void choose_work(const Entry& entry, Draft& draft, const std::string& path);
  void choose_builtin(const Entry& entry, Draft& draft, const std::string& path);
  void choose_command(const Entry& entry, Draft& draft, const std::string& path);
  void choose_schedule(const Entry& entry, Draft& draft, const std::string& path);
  void check_parameters(const Entry& entry, const BuiltinJob& builtin, const std::string& path);
  void check_apply(const Entry& entry, const Draft& draft, const std::string& path);
  void note_idle_keys(const Entry& entry, const Draft& draft, const std::string& path);
  const BuiltinJob* find_builtin(std::string_view name) const;
  std::string did_you_mean_builtin(std::string_view name) const;

  std::filesystem::path folder_;
  const JobFileOptions& options_;
  JobFile file_;
  Findings findings_;
  SectionReader sections_;
};

/// Where a key's value stands, else the job's name.
const Place& place_of(const Entry& job, std::string_view key) {
  const Node* const node = job.value.find(key);
  return node == nullptr ? job.key_place : node->place();
}

void Reading::read_job(const Entry& entry, const Draft& defaults) {
  const auto path = fmt::format("jobs.{}", entry.key);
  const auto problems_before = file_.problems.size();
  if (!is_job_name(entry.key)) {
    findings_.problem(
        entry.key_place, path,
        "a job's name has letters, digits, '-', '_' and '.', 100 at most, and begins with a "
        "letter or a digit");
  }
  Draft draft = defaults;
  draft.job.name = entry.key;
  sections_.read(entry.value, "jobs.NAME", path, draft);
  choose_schedule(entry, draft, path);
  choose_work(entry, draft, path);
  note_idle_keys(entry, draft, path);
  if (file_.problems.size() == problems_before) file_.jobs.push_back(std::move(draft.job));
}

void Reading::choose_schedule(const Entry& entry, Draft& draft, const std::string& path) {
  const auto& place = place_of(entry, draft.every ? "every" : "schedule");
  if (draft.expression && draft.every) {
    findings_.problem(place, path + ".every",
                      "a job has a schedule or an interval; leave one of the two out");
  } else if (draft.every) {
    findings_.guarded(place, path + ".every",
                      [&] { draft.job.schedule = cron::Schedule::every(*draft.every); });
  } else if (draft.expression) {
    const cron::Context context{draft.job.name, draft.timezone, draft.dst};
    findings_.guarded(place, path + ".schedule", [&] {
      draft.job.schedule = cron::Schedule::parse(*draft.expression, context);
      for (const auto& warning : cron::warnings(*draft.job.schedule)) {
        findings_.warn(place, path + ".schedule", warning);
      }
    });
  }
}

void Reading::choose_work(const Entry& entry, Draft& draft, const std::string& path) {
  std::vector<std::string_view> kinds;
  for (const std::string_view kind : {"job", "sql", "command"}) {
    if (entry.value.find(kind) != nullptr) kinds.push_back(kind);
  }
  if (kinds.size() > 1) {
    findings_.problem(
        place_of(entry, kinds.back()), fmt::format("{}.{}", path, kinds.back()),
        fmt::format("a job does one thing; leave all but one out of {}", fmt::join(kinds, ", ")));
    return;
  }
  if (draft.command) return choose_command(entry, draft, path);
  for (const std::string_view key : {"semantics", "grace"}) {
    if (entry.value.find(key) == nullptr) continue;
    findings_.problem(place_of(entry, key), fmt::format("{}.{}", path, key),
                      "only a command has it: what the others do is undone with their transaction");
  }
  if (kinds.empty() || kinds.front() == "job") return choose_builtin(entry, draft, path);
  if (!draft.sql) return;
  const auto file = (folder_ / *draft.sql).lexically_normal();
  std::error_code ignored;  // what cannot be looked at cannot be run either
  if (!std::filesystem::is_regular_file(file, ignored)) {
    findings_.problem(place_of(entry, "sql"), path + ".sql",
                      fmt::format("there is no file {}", file.string()));
  }
  draft.job.work = SqlWork{file};
}

void Reading::choose_command(const Entry& entry, Draft& draft, const std::string& path) {
  CommandWork work{.arguments = *draft.command};
  if (draft.grace) work.grace = *draft.grace;
  if (draft.semantics) {
    work.semantics = *draft.semantics;
  } else {
    findings_.warn(
        place_of(entry, "command"), path + ".command",
        "is run again when nobody saw how it ended; say `semantics: at-least-once` if that is "
        "meant, else at-most-once");
  }
  if (work.semantics == Semantics::at_most_once && draft.job.retries > 0) {
    findings_.problem(place_of(entry, "retries"), path + ".retries",
                      "a command that is run at most once is not tried again; leave it out, or say "
                      "`semantics: at-least-once`");
  }
  draft.job.work = std::move(work);
}

const BuiltinJob* Reading::find_builtin(std::string_view name) const {
  const auto found = std::find_if(options_.builtins.begin(), options_.builtins.end(),
                                  [&](const BuiltinJob& job) { return job.name == name; });
  return found == options_.builtins.end() ? nullptr : &*found;
}

std::string Reading::did_you_mean_builtin(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const auto& job : options_.builtins) names.push_back(job.name);
  return did_you_mean(name, names);
}

void Reading::choose_builtin(const Entry& entry, Draft& draft, const std::string& path) {
  const auto& name = draft.builtin ? *draft.builtin : entry.key;
  const BuiltinJob* const builtin = find_builtin(name);
  if (builtin != nullptr) {
    draft.job.work = BuiltinWork{name};
    check_parameters(entry, *builtin, path);
    check_apply(entry, draft, path);
  } else if (draft.builtin) {
    findings_.problem(
        place_of(entry, "job"), path + ".job",
        fmt::format("there is no built-in job '{}'{}", name, did_you_mean_builtin(name)));
  } else if (entry.value.find("job") == nullptr) {
    findings_.problem(
        entry.key_place, path,
        fmt::format("there is no built-in job of this name{}; say what it does with job:, sql: "
                    "or command:",
                    did_you_mean_builtin(name)));
  }
}

void Reading::check_parameters(const Entry& entry, const BuiltinJob& builtin,
                               const std::string& path) {
  const Node* const parameters = entry.value.find("params");
  if (parameters == nullptr) return;
  std::vector<std::string_view> names;
  for (const auto& parameter : builtin.parameters) names.push_back(parameter.name);
  for (const Entry& given : parameters->entries()) {
    if (std::find(names.begin(), names.end(), given.key) != names.end()) continue;
    findings_.problem(
        given.key_place, fmt::format("{}.params.{}", path, given.key),
        fmt::format("{} has no such parameter{}", builtin.name, did_you_mean(given.key, names)));
  }
}

void Reading::check_apply(const Entry& entry, const Draft& draft, const std::string& path) {
  const BuiltinJob* const builtin = find_builtin(std::get<BuiltinWork>(draft.job.work).name);
  if (builtin->destructive && !draft.job.apply && draft.job.schedule) {
    findings_.warn(
        entry.key_place, path,
        fmt::format("{} only counts what it would do, each time; say `apply: true` to have it done",
                    builtin->name));
  }
  if (!builtin->destructive && draft.job.apply) {
    findings_.warn(place_of(entry, "apply"), path + ".apply",
                   fmt::format("{} destroys nothing: it needs no leave", builtin->name));
  }
}

/// Keys that are right and have no effect beside the others.
void Reading::note_idle_keys(const Entry& entry, const Draft& draft, const std::string& path) {
  const auto idle = [&](std::string_view key, std::string_view why) {
    if (entry.value.find(key) == nullptr) return;
    findings_.warn(place_of(entry, key), fmt::format("{}.{}", path, key), why);
  };
  if (!draft.expression) {
    idle("timezone", "has no effect without a cron expression");
    idle("dst", "has no effect without a cron expression");
  }
  if (draft.job.catch_up != CatchUp::all) {
    idle("max_count", "has no effect without `catch_up: all`");
    idle("rate", "has no effect without `catch_up: all`");
  }
}

}  // namespace

std::string to_string(const Remark& remark) {
  return fmt::format("{}: {}", config::to_string(remark.place), remark.text);
}

JobFile inspect_job_file(const std::filesystem::path& path, const JobFileOptions& options) {
  const auto document = config::read_document(path);
  JobFile file = Reading(path, options).run(document);
  const auto by_place = [](const Remark& left, const Remark& right) {
    return std::pair(left.place.line, left.place.column) <
           std::pair(right.place.line, right.place.column);
  };
  std::stable_sort(file.problems.begin(), file.problems.end(), by_place);
  std::stable_sort(file.warnings.begin(), file.warnings.end(), by_place);
  return file;
}

JobFile read_job_file(const std::filesystem::path& path, const JobFileOptions& options) {
  JobFile file = inspect_job_file(path, options);
  if (file.problems.empty()) return file;
  std::vector<std::string> lines;
  for (const auto& problem : file.problems) lines.push_back(to_string(problem));
  throw Error(ErrorCode::usage, fmt::format("{}", fmt::join(lines, "\n")));
}

}  // namespace notes::scheduler
