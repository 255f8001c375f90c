#include "server_app.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "account_desk.hpp"
#include "api/routes.hpp"

namespace notes::server {
namespace {

/// An address of RFC 6890's loopback blocks, or the name that RFC 6761 §6.3 keeps for them.
bool is_loopback(const std::string& host) {
  in_addr address{};
  if (::inet_pton(AF_INET, host.c_str(), &address) == 1) return ntohl(address.s_addr) >> 24 == 127;
  return host == "localhost" || host == "::1" || host == "[::1]";
}

/// An open server takes whoever reaches the port for the local user.
const config::ServerSettings& require_loopback_if_open(const config::ServerSettings& server,
                                                       const config::Settings& settings) {
  if (is_loopback(server.host) || auth_of(settings) == config::AuthSetting::required) return server;
  throw Error(ErrorCode::refused,
              fmt::format("server.host: {} can be reached from other machines, and nobody has to "
                          "log in here: set auth to required, or use 127.0.0.1, ::1 or localhost",
                          server.host));
}

/// The operators' listener has the same limits and far fewer threads.
config::ServerSettings admin_server_settings(const config::Settings& settings) {
  config::ServerSettings admin = settings.server;
  admin.host = settings.admin.host;
  admin.port = settings.admin.port;
  admin.io_threads = 1;
  admin.workers = 1;
  return admin;
}

api::Gate gate_of(const config::Settings& settings, service::Authenticator& authenticator) {
  return auth_of(settings) == config::AuthSetting::required ? api::Gate::required(authenticator)
                                                            : api::Gate::open();
}

}  // namespace

ServerApp::ServerApp(const config::Settings& settings, const std::string& version,
                     const Clock& clock, telemetry::Logger& logger)
    : server_settings_(require_loopback_if_open(settings.server, settings)),
      logger_(logger),
      database_(settings.database, logger, metrics_),
      database_name_(database_.url().redacted()),
      cursor_signer_(settings.secret_key.reveal(), "cursor"),
      last_use_(database_, logger),
      authenticator_(database_, clock, last_use_, settings.accounts.session_idle),
      passwords_(password_limits(settings.accounts), metrics_),
      logins_(database_, clock, passwords_, settings.accounts.session_lifetime),
      users_(database_, clock, passwords_),
      tokens_(database_, clock),
      notes_(database_, clock,
             {.max_revisions = static_cast<std::int64_t>(settings.notes.max_revisions)}),
      search_(database_),
      readiness_(database_, clock),
      receipts_(database_, clock),
      idempotency_(receipts_, metrics_),
      note_handlers_(
          notes_, idempotency_, cursor_signer_,
          settings.server.require_if_match ? api::IfMatch::required : api::IfMatch::optional),
      search_handlers_(search_, cursor_signer_),
      session_handlers_(logins_, users_, logger),
      token_handlers_(tokens_),
      probe_handlers_(readiness_, metrics_),
      page_handlers_(version),
      contract_handlers_(version),
      admin_(settings.admin.enabled
                 ? std::make_unique<http::Server>(
                       require_loopback_if_open(admin_server_settings(settings), settings),
                       http::Router(api::admin_routes(probe_handlers_)), logger, metrics_)
                 : nullptr),
      server_(server_settings_,
              http::Router(api::routes(gate_of(settings, authenticator_),
                                       {.notes = &note_handlers_,
                                        .search = &search_handlers_,
                                        .probes = &probe_handlers_,
                                        .sessions = &session_handlers_,
                                        .tokens = &token_handlers_,
                                        .page = &page_handlers_,
                                        .contract = &contract_handlers_})),
              logger, metrics_) {}

std::uint16_t ServerApp::port() const { return server_.port(); }

http::Server::Drained ServerApp::stop() {
  using Steady = std::chrono::steady_clock;
  const auto begun = Steady::now();
  probe_handlers_.begin_draining();
  logger_.info("stopping", {{"shutdown_delay_ms", server_settings_.shutdown_delay.count()}});
  std::this_thread::sleep_until(begun + server_settings_.shutdown_delay);
  const auto deadline = begun + server_settings_.shutdown_delay + server_settings_.shutdown_timeout;
  return server_.drain(deadline);
}

}  // namespace notes::server
