#include "api/origin.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace notes::api {
namespace {

bool only_reads(http::Method method) {
  return method == http::Method::get || method == http::Method::head ||
         method == http::Method::options;
}

/// Whether the origin's host and port are those that the request was sent to. The scheme is not
/// compared: behind a proxy that speaks https the server does not see it.
bool is_own(std::string_view origin, const http::Request& request) {
  const auto host = request.headers.find("Host");
  const auto scheme = origin.find("://");
  if (!host || scheme == std::string_view::npos) return false;
  return http::equal_ignoring_case(origin.substr(scheme + 3), *host);
}

}  // namespace

bool is_forgeable(const http::Request& request, const std::vector<std::string>& trusted) {
  if (only_reads(request.method)) return false;
  const auto origin = request.headers.find("Origin");
  if (origin && std::find(trusted.begin(), trusted.end(), *origin) != trusted.end()) return false;
  if (const auto site = request.headers.find("Sec-Fetch-Site")) {
    return *site != "same-origin" && *site != "none";
  }
  return origin && !is_own(*origin, request);
}

}  // namespace notes::api
