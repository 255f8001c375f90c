#include "workbench.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "db/url.hpp"
#include "telemetry/log_settings.hpp"

namespace notes::cron_app {
namespace {

/// Opening a SQLite database that is not there would make an empty one.
void require_database(const config::DatabaseSettings& settings) {
  const auto url = db::Url::parse(settings.url.reveal());
  const bool is_file = !url.path().empty() && !url.in_memory();
  if (std::error_code error; is_file && !std::filesystem::exists(url.path(), error)) {
    throw Error(ErrorCode::pending,
                fmt::format("{}: there is no such database; make it with notes-migrate upgrade",
                            url.redacted()));
  }
}

void check_name(const scheduler::BuiltinJob& builtin, std::string_view name) {
  std::vector<std::string_view> known;
  for (const auto& parameter : builtin.parameters) known.push_back(parameter.name);
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  throw Error(ErrorCode::usage, fmt::format("--param: {} has no parameter '{}'{}", builtin.name,
                                            name, did_you_mean(name, known)));
}

}  // namespace

Workbench::Workbench(const cli::Invocation& invocation)
    : settings_(invocation.load_settings().settings),
      logger_(clock_, telemetry::stderr_sink(),
              telemetry::format_of(settings_.log, settings_.environment),
              telemetry::level_of(settings_.log.level)),
      catalog_(invocation, settings_),
      database_(settings_.database, logger_, metrics_),
      ledger_(database_, clock_),
      history_(database_),
      listener_([this](const std::stop_token& over) {
        if (signal_.wait(over)) stop_.request_stop();
      }) {
  catalog_.read();
  require_database(settings_.database);
}

std::string holder_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return fmt::format("{}, process {}", host.data(), ::getpid());
}

scheduler::Parameters parameters_of(const cli::Invocation& invocation, const Catalog& catalog,
                                    const scheduler::JobDefinition& job) {
  auto parameters = job.parameters;
  const auto* builtin = catalog.builtin_of(job);
  for (const auto& given : invocation.values("param")) {
    const auto equals = given.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(ErrorCode::usage, fmt::format("--param: expected K=V, got '{}'", given));
    const auto name = given.substr(0, equals);
    if (builtin != nullptr) check_name(*builtin, name);
    parameters[name] = given.substr(equals + 1);
  }
  return parameters;
}

bool applies(const cli::Invocation& invocation, const Catalog& catalog,
             const scheduler::JobDefinition& job) {
  const auto* builtin = catalog.builtin_of(job);
  return invocation.has("apply") || (builtin != nullptr && !builtin->destructive);
}

}  // namespace notes::cron_app
