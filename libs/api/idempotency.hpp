#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "http/message.hpp"
#include "service/receipts.hpp"
#include "telemetry/metrics.hpp"

namespace notes::api {

/// Requests that may be sent again under the same Idempotency-Key
/// (draft-ietf-httpapi-idempotency-key-header-07) and are done once. Thread-safe.
///
/// The key is the user's own, and good for one request: method, target and body. The same again is
/// answered as before, with `Idempotent-Replayed: true`; another one is Error{invalid}. While the
/// first one is under way here, the answer is 409 with Retry-After; on another server, which this
/// one cannot see, the second waits for the first and is then answered as it was.
class Idempotency {
 public:
  /// All must outlive it.
  Idempotency(service::Receipts& receipts, telemetry::Metrics& metrics);

  using Key = std::optional<domain::ReceiptKey>;

  /// Answers with `work`, given the key with which it is to write its receipt; none when the
  /// request has no Idempotency-Key. Throws Error{malformed} for one that is not 1..255 visible
  /// ASCII characters, or stands twice.
  http::Response once(const http::Request& request, const domain::Actor& actor,
                      const std::function<http::Response(const Key&)>& work);

  /// What was answered before, as a response.
  http::Response replay(const domain::ReceiptAnswer& answer);

  /// A receipt that keeps what `respond` makes of a result, if that succeeded.
  template <typename Result>
  static service::Receipt<Result> receipt(const domain::ReceiptKey& key,
                                          std::function<http::Response(const Result&)> respond) {
    return {.key = key, .answer = [respond = std::move(respond)](const Result& result) {
              return kept(respond(result));
            }};
  }

 private:
  class Turn;

  static std::optional<domain::ReceiptAnswer> kept(const http::Response& response);

  service::Receipts& receipts_;
  telemetry::Counter replayed_;
  std::mutex mutex_;
  // guards: under_way_
  std::set<std::pair<domain::UserId, std::string>> under_way_;
};

}  // namespace notes::api
