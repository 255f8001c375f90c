#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api/admin_handlers.hpp"
#include "api/contract_handlers.hpp"
#include "api/idempotency.hpp"
#include "api/note_gatherings.hpp"
#include "api/note_handlers.hpp"
#include "api/page_handlers.hpp"
#include "api/probe_handlers.hpp"
#include "api/search_handlers.hpp"
#include "api/session_handlers.hpp"
#include "api/token_handlers.hpp"
#include "base/clock.hpp"
#include "config/load.hpp"
#include "config/settings.hpp"
#include "db/database.hpp"
#include "http/activity.hpp"
#include "http/server.hpp"
#include "identity/password_desk.hpp"
#include "identity/token_signer.hpp"
#include "service/access_tokens.hpp"
#include "service/authenticator.hpp"
#include "service/known_tokens.hpp"
#include "service/last_use.hpp"
#include "service/logins.hpp"
#include "service/notes.hpp"
#include "service/readiness.hpp"
#include "service/receipts.hpp"
#include "service/search.hpp"
#include "service/users.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::server {

/// The service, wired: every object is built here, in the order in which they need each other, and
/// nowhere else.
class ServerApp {
 public:
  /// Listens from then on. Throws Error{refused} for an address that is not this machine's own
  /// when nobody has to log in, and what http::Server and db::Database throw. `clock` and
  /// `logger` must outlive it.
  ServerApp(const config::Loaded& loaded, const std::string& version, const Clock& clock,
            telemetry::Logger& logger);

  std::uint16_t port() const;
  /// The database's URL without its password.
  const std::string& database_name() const { return database_name_; }

  /// Refuses readiness, and lets clients go, for the configured delay; then drains within the
  /// configured time, and cancels what still asks the database after it. Call once.
  http::Server::Drained stop();

 private:
  config::ServerSettings server_settings_;
  telemetry::Logger& logger_;
  telemetry::Metrics metrics_;
  db::Database database_;
  std::string database_name_;
  identity::TokenSigner cursor_signer_;
  service::LastUse last_use_;
  service::KnownTokens known_tokens_;
  service::Authenticator authenticator_;
  identity::PasswordDesk passwords_;
  service::Logins logins_;
  service::Users users_;
  service::AccessTokens tokens_;
  service::Notes notes_;
  service::Search search_;
  service::ReadinessProbe readiness_;
  service::Receipts receipts_;
  api::Idempotency idempotency_;
  api::NoteHandlers note_handlers_;
  api::NoteGatherings gathered_notes_;
  api::SearchHandlers search_handlers_;
  api::LoginThrottle login_throttle_;
  api::SessionHandlers session_handlers_;
  api::TokenHandlers token_handlers_;
  std::unique_ptr<http::RateLimiter> user_limiter_;
  http::Activity activity_;
  api::ProbeHandlers probe_handlers_;
  api::AdminHandlers admin_handlers_;
  api::PageHandlers page_handlers_;
  api::ContractHandlers contract_handlers_;
  std::unique_ptr<http::Server> admin_;
  http::Server server_;
};

}  // namespace notes::server
