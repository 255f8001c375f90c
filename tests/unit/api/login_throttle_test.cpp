#include "api/login_throttle.hpp"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

using namespace notes;

namespace {

/// 0: the attempt may be made.
int status_of(api::LoginThrottle& throttle, std::string_view client, std::string_view account) {
  http::Request request;
  request.client = client;
  const auto refused = throttle.take(request, account);
  return refused ? refused->status : 0;
}

config::AccountsSettings settings(unsigned for_account, unsigned from_address) {
  config::AccountsSettings settings;
  settings.login_quota = config::Quota{for_account, std::chrono::hours(1)};
  settings.login_address_quota = config::Quota{from_address, std::chrono::hours(1)};
  return settings;
}

}  // namespace

TEST_CASE("an account is tried so often from wherever, an address tries so often whatever") {
  telemetry::Metrics metrics;
  api::LoginThrottle throttle(settings(2, 3), metrics);
  CHECK(status_of(throttle, "192.0.2.1", "anna") == 0);
  CHECK(status_of(throttle, "192.0.2.2", "anna") == 0);
  CHECK(status_of(throttle, "192.0.2.3", "anna") == 429);
  CHECK(status_of(throttle, "192.0.2.1", "bert") == 0);
  CHECK(status_of(throttle, "192.0.2.1", "cleo") == 0);
  CHECK(status_of(throttle, "192.0.2.1", "dora") == 429);
  CHECK(status_of(throttle, "192.0.2.2", "dora") == 0);
}

TEST_CASE("an address that has used up its attempts does not use up an account's") {
  telemetry::Metrics metrics;
  api::LoginThrottle throttle(settings(1, 1), metrics);
  CHECK(status_of(throttle, "2001:db8::1", "anna") == 0);
  CHECK(status_of(throttle, "2001:db8::2", "bert") == 429);  // of the same /64
  CHECK(status_of(throttle, "2001:db8:0:1::1", "bert") == 0);
}

TEST_CASE("without quotas every attempt may be made") {
  telemetry::Metrics metrics;
  config::AccountsSettings none;
  none.login_quota.reset();
  none.login_address_quota.reset();
  api::LoginThrottle throttle(none, metrics);
  for (int i = 0; i < 1000; ++i) REQUIRE(status_of(throttle, "192.0.2.1", "anna") == 0);
}
