#include "run_command.hpp"

#include <memory>
#include <string>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "health_server.hpp"
#include "notify/webhook.hpp"
#include "options.hpp"
#include "scheduler/notifications.hpp"
#include "scheduler/scheduler.hpp"
#include "workbench.hpp"

namespace notes::cron_app {
namespace {

/// A leader must get two chances to renew its lease before it ends.
void check(const config::CronSettings& settings) {
  if (settings.lease_renewal * 3 <= settings.lease_ttl) return;
  throw Error(
      ErrorCode::usage,
      fmt::format("cron.lease_renewal: expected at most a third of cron.lease_ttl ({}), "
                  "got {}",
                  format_duration(settings.lease_ttl), format_duration(settings.lease_renewal)));
}

void log_warnings(telemetry::Logger& logger, const scheduler::JobFile& file) {
  for (const auto& warning : file.warnings) {
    const auto text = to_string(warning);
    logger.warning("file of jobs", {{"warning", std::string_view(text)}});
  }
}

cli::ExitCode run(const cli::Invocation& invocation) {
  constexpr std::chrono::seconds kLastMessages{5};
  Workbench bench(invocation);
  const auto& settings = bench.settings();
  check(settings.cron);
  const auto& file = bench.catalog().file();
  auto& logger = bench.logger();
  log_warnings(logger, file);

  notify::Webhook webhook({.url = file.notify.webhook_url}, logger, bench.metrics());
  scheduler::Notifications notifications(webhook, file.notify);
  scheduler::Scheduler scheduler({.database = bench.database(),
                                  .clock = bench.clock(),
                                  .logger = logger,
                                  .metrics = bench.metrics(),
                                  .observer = notifications},
                                 {.database = settings.database,
                                  .cron = settings.cron,
                                  .jobs = file.jobs,
                                  .builtins = bench.catalog().builtins(),
                                  .variables = invocation.variables(),
                                  .holder_name = holder_name(),
                                  .keep_watermarks = invocation.has("catch-up")});
  std::unique_ptr<HealthServer> health;
  if (settings.cron.health_address) {
    health = std::make_unique<HealthServer>(
        *settings.cron.health_address, settings.cron.stall_limit,
        HealthServer::Tools{scheduler, bench.database(), bench.clock(), logger, bench.metrics()});
    logger.info("health server listens", {{"port", std::uint64_t{health->port()}}});
  }
  logger.info("scheduling", {{"jobs", std::uint64_t{file.jobs.size()}},
                             {"database", std::string_view(bench.database().url().redacted())}});
  scheduler.run(bench.stop());
  if (health) health->stop();
  webhook.flush(kLastMessages);
  logger.info("stopped");
  return cli::ExitCode::ok;
}

}  // namespace

cli::Command run_command() {
  return {.name = "run",
          .summary =
              "run the jobs when they are due, until SIGTERM or Ctrl-C; any number of "
              "replicas may",
          .options = {catch_up_option()},
          .settings = cli::Settings::used,
          .run = run};
}

}  // namespace notes::cron_app
