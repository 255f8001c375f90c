#include "api/login_throttle.hpp"

#include <chrono>

#include "http/forwarding.hpp"

namespace notes::api {
namespace {

using http::RateLimiter;

std::unique_ptr<RateLimiter> limiter(std::string_view policy,
                                     const std::optional<config::Quota>& quota,
                                     telemetry::Metrics& metrics) {
  if (!quota) return nullptr;
  return std::make_unique<RateLimiter>(std::string(policy), *quota, metrics);
}

}  // namespace

LoginThrottle::LoginThrottle(const config::AccountsSettings& settings, telemetry::Metrics& metrics)
    : by_address_(limiter("loginaddress", settings.login_address_quota, metrics)),
      by_account_(limiter("login", settings.login_quota, metrics)) {}

std::optional<http::Response> LoginThrottle::take(const http::Request& request,
                                                  std::string_view account) {
  const auto now = std::chrono::steady_clock::now();
  const auto spend = [&](RateLimiter* quota,
                         std::string_view key) -> std::optional<http::Response> {
    if (quota == nullptr) return std::nullopt;
    const auto allowance = quota->take(key, now);
    if (allowance.allowed) return std::nullopt;
    return quota->refuse(allowance, request);
  };
  // The address first: who has used that up does not use up the accounts of others as well.
  if (auto refused = spend(by_address_.get(), http::client_key(request.client))) return refused;
  return spend(by_account_.get(), account);
}

}  // namespace notes::api
