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
#include "config/show.hpp"

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

config::DatabaseSettings with_statement_timeout(const config::Settings& settings) {
  auto database = settings.database;
  database.statement_timeout = settings.server.statement_timeout;
  return database;
}

std::string redacted(std::string_view url) { return db::Url::parse(url).redacted(); }

/// The operators' listener has the same limits and far fewer threads, and is nobody else's.
config::ServerSettings admin_server_settings(const config::Settings& settings) {
  config::ServerSettings admin = settings.server;
  admin.host = settings.admin.host;
  admin.port = settings.admin.port;
  admin.io_threads = 1;
  admin.workers = 1;
  admin.cors_origins = {};
  admin.address_quota = {};
  return admin;
}

api::Gate gate_of(const config::Settings& settings, service::Authenticator& authenticator,
                  http::RateLimiter* limiter) {
  const auto& server = settings.server;
  if (auth_of(settings) == config::AuthSetting::open) return api::Gate::open(server.cors_origins);
  return api::Gate::required(
      authenticator, server.cors_credentials ? server.cors_origins : std::vector<std::string>(),
      limiter);
}

api::IfMatch if_match_of(const config::ServerSettings& settings) {
  return settings.require_if_match ? api::IfMatch::required : api::IfMatch::optional;
}

}  // namespace

ServerApp::ServerApp(const config::Loaded& loaded, const std::string& version, const Clock& clock,
                     telemetry::Logger& logger)
    : server_settings_(require_loopback_if_open(loaded.settings.server, loaded.settings)),
      logger_(logger),
      database_(with_statement_timeout(loaded.settings), logger, metrics_),
      database_name_(database_.url().redacted()),
      cursor_signer_(loaded.settings.secret_key.reveal(), "cursor"),
      last_use_(database_, logger),
      known_tokens_(database_.url(), loaded.settings.database, logger),
      authenticator_(database_, clock, last_use_, loaded.settings.accounts.session_idle,
                     &known_tokens_),
      passwords_(password_limits(loaded.settings.accounts), metrics_),
      logins_(database_, clock, passwords_, loaded.settings.accounts.session_lifetime),
      users_(database_, clock, passwords_),
      tokens_(database_, clock, &known_tokens_),
      notes_(database_, clock,
             {.max_revisions = static_cast<std::int64_t>(loaded.settings.notes.max_revisions)}),
      search_(database_),
      readiness_(database_, clock),
      receipts_(database_, clock),
      idempotency_(receipts_, metrics_),
      note_handlers_(notes_, idempotency_, cursor_signer_, if_match_of(loaded.settings.server)),
      gathered_notes_(notes_, cursor_signer_, if_match_of(loaded.settings.server)),
      search_handlers_(search_, cursor_signer_),
      login_throttle_(loaded.settings.accounts, metrics_),
      session_handlers_(logins_, users_, login_throttle_, logger),
      token_handlers_(tokens_),
      user_limiter_(loaded.settings.server.user_quota
                        ? std::make_unique<http::RateLimiter>(
                              "user", *loaded.settings.server.user_quota, metrics_)
                        : nullptr),
      probe_handlers_(readiness_, activity_),
      admin_handlers_(metrics_, logger, activity_, config::shown(loaded, redacted)),
      page_handlers_(version),
      contract_handlers_(version),
      admin_(loaded.settings.admin.enabled
                 ? std::make_unique<http::Server>(
                       admin_server_settings(loaded.settings),
                       http::Router(api::admin_routes(admin_handlers_, probe_handlers_)), logger,
                       metrics_)
                 : nullptr),
      server_(
          server_settings_,
          http::Router(api::routes(gate_of(loaded.settings, authenticator_, user_limiter_.get()),
                                   {.notes = &note_handlers_,
                                    .gathered_notes = &gathered_notes_,
                                    .search = &search_handlers_,
                                    .probes = &probe_handlers_,
                                    .sessions = &session_handlers_,
                                    .tokens = &token_handlers_,
                                    .page = &page_handlers_,
                                    .contract = &contract_handlers_})),
          logger, metrics_, activity_) {
  metrics_.gauge("notes_build_info", "Which build this is; the value is 1.", {{"version", version}})
      .set(1);
  if (!admin_) return;
  logger.info("the operators' listener is open",
              {{"host", std::string_view(loaded.settings.admin.host)},
               {"port", std::uint64_t{admin_->port()}}});
}

std::uint16_t ServerApp::port() const { return server_.port(); }

http::Server::Drained ServerApp::stop() {
  using Steady = std::chrono::steady_clock;
  const auto begun = Steady::now();
  probe_handlers_.begin_draining();
  server_.retire();
  logger_.info("stopping", {{"shutdown_delay_ms", server_settings_.shutdown_delay.count()}});
  std::this_thread::sleep_until(begun + server_settings_.shutdown_delay);
  const auto deadline = begun + server_settings_.shutdown_delay + server_settings_.shutdown_timeout;
  return server_.drain(deadline, [this] { database_.disconnect(); });
}

}  // namespace notes::server
