#pragma once

#include "base/clock.hpp"
#include "cli/command.hpp"
#include "config/settings.hpp"
#include "db/database.hpp"
#include "identity/password_desk.hpp"
#include "service/access_tokens.hpp"
#include "service/users.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace notes::server {

/// What the settings allow passwords to cost.
identity::PasswordLimits password_limits(const config::AccountsSettings& settings);

/// What a command on accounts works with: the database of its settings, and the use cases on it.
class AccountDesk {
 public:
  /// Throws what loading the settings throws.
  explicit AccountDesk(const cli::Invocation& invocation);

  SystemClock clock;

 private:
  config::Settings settings_;
  telemetry::Logger logger_;
  telemetry::Metrics metrics_;
  db::Database database_;
  identity::PasswordDesk passwords_;

 public:
  service::Users users;
  service::AccessTokens tokens;
};

}  // namespace notes::server
