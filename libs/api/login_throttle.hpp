#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "config/settings.hpp"
#include "http/message.hpp"
#include "http/rate_limiter.hpp"
#include "telemetry/metrics.hpp"

namespace notes::api {

/// How often a password may be tried: for one account, from wherever, and from one address, for
/// whichever account. Every attempt counts, also one that succeeds, and also for an account that is
/// not there: the answer tells nobody whether it is. Thread-safe.
class LoginThrottle {
 public:
  /// `metrics` must outlive it.
  LoginThrottle(const config::AccountsSettings& settings, telemetry::Metrics& metrics);

  /// Takes one attempt off both quotas; 429 when either has none left. To be asked before the
  /// password is looked at. `account`: what tells accounts apart.
  std::optional<http::Response> take(const http::Request& request, std::string_view account);

 private:
  // null: no quota
  std::unique_ptr<http::RateLimiter> by_address_;
  std::unique_ptr<http::RateLimiter> by_account_;
};

}  // namespace notes::api
