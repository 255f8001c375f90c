#include "api/contract_handlers.hpp"

#include <fmt/format.h>

#include "api/routes.hpp"
#include "base/error.hpp"

namespace notes::api {
namespace {

using http::Request;
using http::Response;

/// Swagger UI sets styles on its elements, and has its images in its style sheet.
constexpr std::string_view kDocsPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr std::string_view kPlainPolicy = "default-src 'none'; frame-ancestors 'none'";

}  // namespace

ContractHandlers::ContractHandlers(std::string_view version)
    : text_(openapi_document(version)),
      document_("openapi.json", text_),
      files_(docs_files()),
      problems_(problem_files()) {}

Response ContractHandlers::document(const Request& request) const {
  return document_.answer(request);
}

Response ContractHandlers::docs(const Request& request) const {
  const bool browsable = files_.find("swagger-ui-bundle.js") != nullptr;
  auto response = files_.find(browsable ? "index.html" : "plain.html")->answer(request);
  response.headers.add("Content-Security-Policy", kDocsPolicy);
  return response;
}

Response ContractHandlers::docs_file(const Request& request) const {
  return files_.answer(request);
}

Response ContractHandlers::problem(const Request& request) const {
  const auto name = request.path_value("name");
  const auto* page = problems_.find(fmt::format("{}.html", name));
  if (page == nullptr) {
    throw Error(ErrorCode::not_found, fmt::format("there is no problem type {}", name));
  }
  auto response = page->answer(request);
  response.headers.add("Content-Security-Policy", kPlainPolicy);
  return response;
}

}  // namespace notes::api
