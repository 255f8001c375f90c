#include "account_desk.hpp"

#include "telemetry/log_settings.hpp"

namespace notes::server {

identity::PasswordLimits password_limits(const config::AccountsSettings& settings) {
  return {.cost = {.memory_bytes = settings.password_memory, .passes = settings.password_passes},
          .at_once = settings.passwords_at_once,
          .queue_limit = settings.password_queue};
}

AccountDesk::AccountDesk(const cli::Invocation& invocation)
    : settings_(invocation.load_settings().settings),
      logger_(clock, telemetry::stderr_sink(),
              telemetry::format_of(settings_.log, settings_.environment),
              telemetry::level_of(settings_.log.level)),
      database_(settings_.database, logger_, metrics_),
      passwords_(password_limits(settings_.accounts), metrics_),
      users(database_, clock, passwords_),
      tokens(database_, clock) {}

}  // namespace notes::server
