#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "http/message.hpp"
#include "telemetry/metrics.hpp"

namespace notes::http {

/// Counts what each key has used of a quota, by the generic cell rate algorithm (ITU-T I.371): the
/// whole quota at once, and then as much as comes back evenly. Thread-safe, about 50 ns a call.
///
/// Its table has a fixed size. A place whose quota has come back whole holds nothing worth keeping
/// and is free. When every place that a key may take is in use, the one that has used least gives
/// way: a crowd of new keys pushes out its own, and never the client that is near its limit. Keys
/// are placed by a keyed hash (SipHash), so nobody can choose to meet another.
class RateLimiter {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  static constexpr std::size_t kPlaces = std::size_t{1} << 16;

  /// `policy` names the quota to clients and in http_server_rate_limited_requests_total: lower-case
  /// letters. `places` is rounded up to a multiple of 8.
  RateLimiter(std::string policy, config::Quota quota, telemetry::Metrics& metrics,
              std::size_t places = kPlaces);

  /// Takes one request off the key's quota, if there is one.
  Allowance take(std::string_view key, TimePoint now);

  /// Adds RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10).
  void describe(const Allowance& allowance, Headers& headers) const;

  /// The answer to a request without allowance: 429 with Retry-After, and the problem type
  /// quota-exceeded of that draft.
  Response refuse(const Allowance& allowance, const Request& request) const;

 private:
  struct Place {
    std::uint64_t key = 0;
    /// GCRA's theoretical arrival time, in nanoseconds of the steady clock; in the past: free.
    std::int64_t full_again = 0;
  };
  using Places = std::array<Place, 8>;

  const std::string policy_;
  const config::Quota quota_;
  const std::string policy_field_;
  telemetry::Counter refused_;
  std::array<unsigned char, 16> hash_key_{};
  std::array<std::mutex, 64> mutexes_;
  // guards: sets_, each those whose number has the mutex's as remainder
  std::vector<Places> sets_;
};

}  // namespace notes::http
