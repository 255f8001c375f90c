#include "catalog.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "jobs/jobs.hpp"

namespace notes::cron_app {

Catalog::Catalog(const cli::Invocation& invocation, const config::Settings& settings)
    : variables_(invocation.variables()),
      path_(settings.cron.jobs),
      builtins_(
          jobs::jobs({.database = settings.database,
                      .version = invocation.app().version,
                      .variables = invocation.variables(),
                      .retention = [this](std::string_view job) { return retention(job); }})) {}

void Catalog::read() {
  file_ = scheduler::read_job_file(path_, {.variables = variables_, .builtins = builtins_});
}

scheduler::JobFile Catalog::inspect(const std::filesystem::path& path) const {
  return scheduler::inspect_job_file(path, {.variables = variables_, .builtins = builtins_});
}

scheduler::JobDefinition Catalog::find(std::string_view name) const {
  for (const auto& job : file_.jobs) {
    if (job.name == name) return job;
  }
  std::vector<std::string_view> known;
  for (const auto& builtin : builtins_) {
    if (builtin.name == name)
      return {.name = builtin.name, .work = scheduler::BuiltinWork{builtin.name}};
    known.push_back(builtin.name);
  }
  for (const auto& job : file_.jobs) known.push_back(job.name);
  throw Error(ErrorCode::not_found, fmt::format("{}: there is no job '{}'{}", path_.string(), name,
                                                did_you_mean(name, known)));
}

const scheduler::BuiltinJob* Catalog::builtin_of(const scheduler::JobDefinition& job) const {
  const auto* work = std::get_if<scheduler::BuiltinWork>(&job.work);
  if (work == nullptr) return nullptr;
  const auto found = std::find_if(builtins_.begin(), builtins_.end(),
                                  [&](const auto& each) { return each.name == work->name; });
  return found == builtins_.end() ? nullptr : &*found;
}

scheduler::Retention Catalog::retention(std::string_view job) const {
  for (const auto& each : file_.jobs) {
    if (each.name == job) return each.retention;
  }
  return {};
}

config::Settings settings_without_database(const cli::Invocation& invocation) {
  return invocation.load_settings({"cron"}).settings;
}

}  // namespace notes::cron_app
