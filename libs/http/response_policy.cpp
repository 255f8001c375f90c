#include "http/response_policy.hpp"

#include <chrono>
#include <string_view>

#include <fmt/format.h>

namespace notes::http {
namespace {

constexpr std::string_view kAlways =
    "X-Content-Type-Options: nosniff\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

// No referrer at all would also take the Origin off a page's forms (Fetch standard, "append a
// request `Origin` header"), by which the server knows its own pages.
constexpr std::string_view kPage =
    "Referrer-Policy: same-origin\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n";
constexpr std::string_view kPageContent =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'\r\n";

constexpr std::string_view kData = "Referrer-Policy: no-referrer\r\n";
constexpr std::string_view kDataContent =
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";

std::string transport_security(std::chrono::milliseconds max_age) {
  if (max_age.count() == 0) return {};
  return fmt::format("Strict-Transport-Security: max-age={}\r\n",
                     std::chrono::floor<std::chrono::seconds>(max_age).count());
}

}  // namespace

ResponsePolicy::ResponsePolicy(const config::ServerSettings& settings)
    : cors_(settings), transport_security_(transport_security(settings.hsts_max_age)) {}

void ResponsePolicy::append_fields(const Request& request, const Response& response,
                                   std::string& out) const {
  const auto type = response.headers.find("Content-Type");
  const bool page = type && type->starts_with("text/html");
  out.append(kAlways).append(page ? kPage : kData);
  if (!response.headers.find("Content-Security-Policy")) {
    out.append(page ? kPageContent : kDataContent);
  }
  if (request.scheme == Scheme::https) out.append(transport_security_);
  cors_.append_fields(request, out);
}

}  // namespace notes::http
