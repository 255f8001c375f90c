#include "api/idempotency.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "http/problem.hpp"
#include "identity/digest.hpp"

namespace notes::api {
namespace {

using domain::ReceiptAnswer;
using domain::ReceiptKey;
using http::Request;
using http::Response;

constexpr std::string_view kField = "Idempotency-Key";

std::optional<ReceiptKey> key_of(const Request& request, const domain::Actor& actor) {
  const auto field = request.headers.find(kField);
  if (!field) return std::nullopt;
  const bool visible =
      std::all_of(field->begin(), field->end(), [](char c) { return c > ' ' && c <= '~'; });
  if (field->empty() || field->size() > domain::kMaxIdempotencyKeyBytes || !visible ||
      request.headers.combined(kField) != *field) {
    throw Error(ErrorCode::malformed,
                fmt::format("{}: expected 1..{} visible ASCII characters, once", kField,
                            domain::kMaxIdempotencyKeyBytes));
  }
  // A line break cannot stand in a method or a target.
  return ReceiptKey{.owner = actor.user,
                    .key = std::string(*field),
                    .request_sha256 = identity::sha256(fmt::format(
                        "{}\n{}\n{}", to_string(request.method), request.target, request.body))};
}

Response under_way(const Request& request) {
  auto response = http::respond(
      http::problem_of(Error(ErrorCode::conflict,
                             "Idempotency-Key: a request with this key is under way; ask again for "
                             "its answer")),
      request);
  response.headers.add("Retry-After", "1");
  return response;
}

}  // namespace

/// The key is this request's, from construction to destruction, if it was nobody's.
class Idempotency::Turn {
 public:
  Turn(Idempotency& idempotency, const ReceiptKey& key)
      : idempotency_(idempotency), key_(key.owner, key.key) {
    const std::lock_guard lock(idempotency.mutex_);
    ours_ = idempotency.under_way_.insert(key_).second;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (!ours_) return;
    const std::lock_guard lock(idempotency_.mutex_);
    idempotency_.under_way_.erase(key_);
  }

  bool ours() const { return ours_; }

 private:
  Idempotency& idempotency_;
  const std::pair<domain::UserId, std::string> key_;
  bool ours_ = false;
};

Idempotency::Idempotency(service::Receipts& receipts, telemetry::Metrics& metrics)
    : receipts_(receipts),
      replayed_(metrics.counter("http_server_replayed_requests_total",
                                "Requests answered as they were before, by Idempotency-Key.")) {}

Response Idempotency::once(const Request& request, const domain::Actor& actor,
                           const std::function<Response(const Key&)>& work) {
  const auto key = key_of(request, actor);
  if (!key) return work(key);
  const Turn turn(*this, *key);
  if (!turn.ours()) return under_way(request);
  if (const auto before = receipts_.find(*key)) return replay(*before);
  return work(key);
}

Response Idempotency::replay(const ReceiptAnswer& answer) {
  replayed_.increment();
  Response response{.status = answer.status, .headers = {}, .body = answer.body};
  std::string_view lines = answer.headers;
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    const auto colon = line.find(": ");
    response.headers.add(line.substr(0, colon), line.substr(colon + 2));
  }
  response.headers.add("Idempotent-Replayed", "true");
  return response;
}

std::optional<ReceiptAnswer> Idempotency::kept(const Response& response) {
  if (response.status >= 300) return std::nullopt;
  ReceiptAnswer answer{.status = response.status, .headers = {}, .body = response.body};
  for (const auto field : response.headers.fields()) {
    answer.headers += fmt::format("{}: {}\n", field.name, field.value);
  }
  return answer;
}

}  // namespace notes::api
