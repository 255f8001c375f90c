#include "api/gate.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "http/problem.hpp"

namespace notes::api {
namespace {

using domain::Scope;
using http::Request;
using http::Response;
using service::Caller;

constexpr std::string_view kScheme = "Bearer";

/// A problem with a challenge, whose parameters beside the realm are given (RFC 6750 §3). They are
/// our own words: nothing of the request stands in them.
Response challenge(const Request& request, const Error& error, std::string_view parameters) {
  auto response = http::respond(http::problem_of(error), request);
  response.headers.add("WWW-Authenticate",
                       fmt::format(R"({} realm="notes"{})", kScheme, parameters));
  return response;
}

Response no_credentials(const Request& request) {
  return challenge(request,
                   {ErrorCode::unauthenticated,
                    "this needs an access token: send Authorization: Bearer notes_pat_…"},
                   "");
}

Response worthless_token(const Request& request) {
  return challenge(request,
                   {ErrorCode::unauthenticated,
                    "the access token is not one of this service's, has expired or was revoked"},
                   R"(, error="invalid_token")");
}

Response repeated_credentials(const Request& request) {
  return challenge(request, {ErrorCode::malformed, "Authorization: must stand once"},
                   R"(, error="invalid_request")");
}

Response missing_scope(const Request& request, Scope scope) {
  const auto name = to_string(scope);
  return challenge(
      request,
      {ErrorCode::forbidden, fmt::format("the access token does not have the scope {}", name)},
      fmt::format(R"(, error="insufficient_scope", scope="{}")", name));
}

/// What stands behind "Bearer" and blanks (RFC 9110 §11.4); nullopt for another scheme.
std::optional<std::string_view> bearer_token(std::string_view field) {
  if (field.size() <= kScheme.size() || field[kScheme.size()] != ' ' ||
      !http::equal_ignoring_case(field.substr(0, kScheme.size()), kScheme)) {
    return std::nullopt;
  }
  field.remove_prefix(kScheme.size());
  field.remove_prefix(std::min(field.find_first_not_of(' '), field.size()));
  return field;
}

std::size_t count_lines(const Request& request, std::string_view name) {
  std::size_t count = 0;
  for (const auto field : request.headers.fields()) {
    if (http::equal_ignoring_case(field.name, name)) ++count;
  }
  return count;
}

}  // namespace

std::optional<domain::Scope> needed_scope(Access access) {
  switch (access) {
    case Access::everybody:
      return std::nullopt;
    case Access::read_notes:
      return Scope::read_notes;
    case Access::write_notes:
      return Scope::write_notes;
  }
  return std::nullopt;
}

std::vector<http::Route> Gate::guard(std::vector<Endpoint> endpoints) const {
  std::vector<http::Route> routes;
  routes.reserve(endpoints.size());
  for (auto& row : endpoints) {
    if (row.access != Access::everybody && row.runs == http::Runs::inline_) {
      throw Error(ErrorCode::internal,
                  fmt::format("the route {} is guarded and runs inline", row.operation));
    }
    // Copied with the route's handler, which std::function asks to be copyable.
    const auto endpoint = std::make_shared<const Endpoint>(std::move(row));
    routes.push_back({.method = endpoint->method,
                      .pattern = endpoint->pattern,
                      .operation = endpoint->operation,
                      .runs = endpoint->runs,
                      .handler = [gate = *this, endpoint](const Request& request) {
                        return gate.admit(*endpoint, request);
                      }});
  }
  return routes;
}

Response Gate::admit(const Endpoint& endpoint, const Request& request) const {
  const auto scope = needed_scope(endpoint.access);
  if (!scope || authenticator_ == nullptr) {
    return endpoint.handler(request, {.actor = {}, .scopes = domain::Scopes::every()});
  }
  const auto field = request.headers.find("Authorization");
  if (!field) return no_credentials(request);
  if (count_lines(request, "Authorization") > 1) return repeated_credentials(request);
  const auto token = bearer_token(*field);
  if (!token) return no_credentials(request);
  const auto caller = authenticator_->by_token(*token);
  if (!caller) return worthless_token(request);
  if (!caller->scopes.includes(*scope)) return missing_scope(request, *scope);
  return endpoint.handler(request, *caller);
}

}  // namespace notes::api
