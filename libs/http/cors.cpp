#include "http/cors.hpp"

#include <algorithm>
#include <string_view>

namespace notes::http {
namespace {

constexpr std::string_view kRequestFields =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id, "
    "traceparent";
/// What a page may read beyond the safelist of the Fetch standard (§2.2.2).
constexpr std::string_view kExposed =
    "Access-Control-Expose-Headers: ETag, Idempotent-Replayed, Link, Location, RateLimit, "
    "RateLimit-Policy, Retry-After, X-Request-Id\r\n";
/// Browsers ask again after this many seconds.
constexpr std::string_view kPreflightLife = "600";

}  // namespace

Cors::Cors(const config::ServerSettings& settings)
    : origins_(settings.cors_origins), credentials_(settings.cors_credentials) {}

const std::string* Cors::listed(const Request& request) const {
  if (origins_.empty()) return nullptr;
  const auto origin = request.headers.find("Origin");
  if (!origin) return nullptr;
  const auto found = std::find(origins_.begin(), origins_.end(), *origin);
  return found == origins_.end() ? nullptr : &*found;
}

void Cors::append_fields(const Request& request, std::string& out) const {
  if (origins_.empty()) return;
  out.append("Vary: Origin\r\n");
  const auto* origin = listed(request);
  if (origin == nullptr) return;
  out.append("Access-Control-Allow-Origin: ").append(*origin).append("\r\n");
  if (credentials_) out.append("Access-Control-Allow-Credentials: true\r\n");
  out.append(kExposed);
}

void Cors::answer_preflight(const Request& request, const std::vector<Method>& methods,
                            Response& response) const {
  if (listed(request) == nullptr || !request.headers.find("Access-Control-Request-Method")) return;
  std::string list;
  for (const Method method : methods) {
    if (!list.empty()) list += ", ";
    list += to_string(method);
  }
  response.headers.add("Access-Control-Allow-Methods", list);
  response.headers.add("Access-Control-Allow-Headers", kRequestFields);
  response.headers.add("Access-Control-Max-Age", kPreflightLife);
  response.headers.add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
}

}  // namespace notes::http
