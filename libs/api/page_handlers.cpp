#include "api/page_handlers.hpp"

#include <utility>

#include "api/json.hpp"
#include "api/media_range.hpp"
#include "api/operation_parts.hpp"

namespace notes::api {
namespace {

using http::Request;
using http::Response;

constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

bool prefers_a_page(const Request& request) {
  const auto accept = request.headers.combined("Accept");
  return accept && quality_of(*accept, "text/html") > quality_of(*accept, kJson);
}

}  // namespace

PageHandlers::PageHandlers(std::string version)
    : version_(std::move(version)), files_(page_files()) {}

Response PageHandlers::home(const Request& request) const {
  const bool page = prefers_a_page(request);
  auto response = page ? files_.find("index.html")->answer(request)
                       : http::respond(200, kJson, service_description(version_));
  if (page) response.headers.add("Content-Security-Policy", kPagePolicy);
  response.headers.add("Vary", "Accept");
  return response;
}

Response PageHandlers::page_file(const Request& request) const { return files_.answer(request); }

}  // namespace notes::api
