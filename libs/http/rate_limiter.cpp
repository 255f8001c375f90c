#include "http/rate_limiter.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <sodium.h>

#include "base/error.hpp"
#include "http/problem.hpp"

namespace notes::http {
namespace {

using std::chrono::ceil;
using std::chrono::nanoseconds;
using std::chrono::seconds;

std::uint64_t hash_of(std::string_view key, const std::array<unsigned char, 16>& hash_key) {
  std::uint64_t hash = 0;
  static_assert(sizeof hash == crypto_shorthash_BYTES);
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash),
                   reinterpret_cast<const unsigned char*>(key.data()), key.size(), hash_key.data());
  return hash;
}

}  // namespace

RateLimiter::RateLimiter(std::string policy, config::Quota quota, telemetry::Metrics& metrics,
                         std::size_t places)
    : policy_(std::move(policy)),
      quota_(quota),
      policy_field_(fmt::format("\"{}\";q={};w={}", policy_, quota.requests,
                                ceil<seconds>(quota.period).count())),
      refused_(metrics.counter("http_server_rate_limited_requests_total",
                               "Requests answered 429, by the quota that was used up.",
                               {{"policy", policy_}})),
      sets_((places + 7) / 8) {
  if (sodium_init() < 0) throw Error(ErrorCode::internal, "libsodium cannot be initialised");
  static_assert(crypto_shorthash_KEYBYTES == std::tuple_size_v<decltype(hash_key_)>);
  crypto_shorthash_keygen(hash_key_.data());
}

Allowance RateLimiter::take(std::string_view key, TimePoint now) {
  const std::int64_t at = nanoseconds(now.time_since_epoch()).count();
  const std::int64_t period = nanoseconds(quota_.period).count();
  const std::int64_t cost = std::max<std::int64_t>(period / quota_.requests, 1);
  const auto hash = hash_of(key, hash_key_);
  const auto set = hash % sets_.size();
  const std::lock_guard lock(mutexes_[set % mutexes_.size()]);
  auto& places = sets_[set];
  auto place = std::find_if(places.begin(), places.end(),
                            [&](const Place& known) { return known.key == hash; });
  if (place == places.end()) {
    place = std::min_element(places.begin(), places.end(), [](const Place& a, const Place& b) {
      return a.full_again < b.full_again;
    });
    *place = {.key = hash, .full_again = at};
  }
  const std::int64_t used = std::max(place->full_again, at) - at;
  if (used + cost > period) {
    refused_.increment();
    return {.allowed = false,
            .remaining = 0,
            .reset = nanoseconds(used),
            .retry_after = nanoseconds(used + cost - period)};
  }
  place->full_again = at + used + cost;
  return {.allowed = true,
          .remaining = static_cast<std::uint64_t>((period - used - cost) / cost),
          .reset = nanoseconds(used + cost),
          .retry_after = {}};
}

void RateLimiter::describe(const Allowance& allowance, Headers& headers) const {
  headers.add("RateLimit-Policy", policy_field_);
  headers.add("RateLimit", fmt::format("\"{}\";r={};t={}", policy_, allowance.remaining,
                                       ceil<seconds>(allowance.reset).count()));
}

Response RateLimiter::refuse(const Allowance& allowance, const Request& request) const {
  Problem problem{.status = 429,
                  .type = "https://iana.org/assignments/http-problem-types#quota-exceeded",
                  .title = "Request cannot be satisfied as assigned quota has been exceeded",
                  .detail = fmt::format("The quota \"{}\" allows {} requests in {} s.", policy_,
                                        quota_.requests, ceil<seconds>(quota_.period).count()),
                  .errors = {},
                  .violated_policies = {policy_}};
  auto response = respond(problem, request);
  const auto wait = std::max<seconds::rep>(ceil<seconds>(allowance.retry_after).count(), 1);
  response.headers.add("Retry-After", fmt::format_int(wait).str());
  describe(allowance, response.headers);
  return response;
}

}  // namespace notes::http
