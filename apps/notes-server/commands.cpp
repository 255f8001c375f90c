#include "commands.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

#include "account_commands.hpp"
#include "api/routes.hpp"
#include "base/clock.hpp"
#include "cli/completion.hpp"
#include "cli/manual.hpp"
#include "cli/settings.hpp"
#include "cli/signals.hpp"
#include "db/url.hpp"
#include "operator_commands.hpp"
#include "server_app.hpp"
#include "telemetry/log.hpp"
#include "telemetry/log_settings.hpp"

namespace notes::server {
namespace {

using cli::ExitCode;

ExitCode serve(const cli::Invocation& invocation) {
  const auto loaded = invocation.load_settings();
  const auto& settings = loaded.settings;
  cli::ShutdownSignal shutdown;  // before any thread
  const SystemClock clock;
  telemetry::Logger logger(clock, telemetry::stderr_sink(),
                           telemetry::format_of(settings.log, settings.environment),
                           telemetry::level_of(settings.log.level));
  ServerApp server(loaded, invocation.app().version, clock, logger);
  logger.info("listening", {{"host", std::string_view(settings.server.host)},
                            {"port", std::uint64_t{server.port()}},
                            {"database", server.database_name()}});
  shutdown.wait();
  const auto drained = server.stop();
  if (drained == http::Server::Drained::complete) {
    logger.info("stopped");
    return ExitCode::ok;
  }
  auto& error = invocation.console().error;
  error.write("notes-server: requests were cut off at the deadline\n");
  error.flush();
  // A handler that does not return cannot be joined: the process ends under it.
  if (drained == http::Server::Drained::cut_off) {
    std::_Exit(static_cast<int>(ExitCode::unfinished));
  }
  return ExitCode::unfinished;
}

ExitCode print_openapi(const cli::Invocation& invocation) {
  invocation.out().write(api::openapi_document(invocation.app().version));
  return ExitCode::ok;
}

std::string redacted(std::string_view url) { return db::Url::parse(url).redacted(); }

}  // namespace

cli::App app() {
  cli::App app{.name = "notes-server",
               .version = NOTES_VERSION,
               .summary = "serves the notes API",
               .options = {},
               .commands = {{.name = "serve",
                             .summary = "listen and answer until SIGTERM or Ctrl-C (the default)",
                             .settings = cli::Settings::used,
                             .run = serve},
                            {.name = "openapi",
                             .summary = "print the API's contract, an OpenAPI 3.1 document",
                             .run = print_openapi},
                            cli::config_show_command(redacted),
                            cli::config_example_command(),
                            cli::config_check_command(redacted),
                            cli::completion_command(),
                            cli::manual_command()},
               .default_command = "serve",
               .sections = {}};
  const auto accounts = account_commands();
  app.commands.insert(app.commands.begin() + 1, accounts.begin(), accounts.end());
  const auto operators = operator_commands();
  app.commands.insert(app.commands.begin() + 1, operators.begin(), operators.end());
  return app;
}

}  // namespace notes::server
