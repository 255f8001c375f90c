#include "api/gate.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "api/origin.hpp"
#include "api/session_cookie.hpp"
#include "http/problem.hpp"

namespace notes::api {
namespace {

using domain::Scope;
using http::Request;
using http::Response;
using service::Caller;

constexpr std::string_view kScheme = "Bearer";

Response no_credentials(const Request& request) {
  return challenge(request,
                   {ErrorCode::unauthenticated,
                    "this needs an access token (Authorization: Bearer notes_pat_…) or a session"});
}

Response worthless_token(const Request& request) {
  return challenge(request,
                   {ErrorCode::unauthenticated,
                    "the access token is not one of this service's, has expired or was revoked"},
                   R"(, error="invalid_token")");
}

Response worthless_session(const Request& request) {
  return challenge(request, {ErrorCode::unauthenticated, "the session has ended: log in again"});
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

Response forbidden(const Request& request, const std::string& why) {
  return challenge(request, {ErrorCode::forbidden, why});
}

Response forgeable(const Request& request) {
  return forbidden(request,
                   "the request comes from a page of another origin (Origin, Sec-Fetch-Site), "
                   "which may not write here");
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

/// A token's own id, else its user's.
std::string quota_key(const Caller& caller) {
  if (caller.credential) {
    if (const auto* token = std::get_if<domain::AccessTokenId>(&*caller.credential)) {
      return to_string(*token);
    }
  }
  return to_string(caller.actor.user);
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
    case Access::strangers:
    case Access::users:
    case Access::persons:
      return std::nullopt;
    case Access::read_notes:
      return Scope::read_notes;
    case Access::write_notes:
      return Scope::write_notes;
  }
  return std::nullopt;
}

Response challenge(const Request& request, const Error& error, std::string_view parameters) {
  auto response = http::respond(http::problem_of(error), request);
  response.headers.add("WWW-Authenticate",
                       fmt::format(R"({} realm="notes"{})", kScheme, parameters));
  return response;
}

Gate::Gate(service::Authenticator* authenticator, std::vector<std::string> trusted_origins,
           http::RateLimiter* limiter)
    : authenticator_(authenticator),
      trusted_origins_(std::move(trusted_origins)),
      limiter_(limiter) {}

Gate Gate::open(std::vector<std::string> trusted_origins) {
  return Gate(nullptr, std::move(trusted_origins), nullptr);
}

Gate Gate::required(service::Authenticator& authenticator, std::vector<std::string> trusted_origins,
                    http::RateLimiter* limiter) {
  return Gate(&authenticator, std::move(trusted_origins), limiter);
}

std::vector<http::Route> Gate::guard(std::vector<Endpoint> endpoints) const {
  // Shared by the routes' handlers, which std::function asks to be copyable.
  const auto gate = std::make_shared<const Gate>(*this);
  std::vector<http::Route> routes;
  routes.reserve(endpoints.size());
  for (auto& row : endpoints) {
    if (row.access != Access::everybody && row.runs == http::Runs::inline_) {
      throw Error(ErrorCode::internal,
                  fmt::format("the route {} is guarded and runs inline", row.operation));
    }
    const auto endpoint = std::make_shared<const Endpoint>(std::move(row));
    routes.push_back({.method = endpoint->method,
                      .pattern = endpoint->pattern,
                      .operation = endpoint->operation,
                      .runs = endpoint->runs,
                      .handler = [gate, endpoint](const Request& request) {
                        return gate->admit(*endpoint, request);
                      }});
  }
  return routes;
}

Response Gate::admit(const Endpoint& endpoint, const Request& request) const {
  if (endpoint.access == Access::everybody) return endpoint.handler(request, {});
  if (authenticator_ == nullptr) return admit_to_open(endpoint, request);
  if (endpoint.access == Access::strangers) {
    if (is_forgeable(request, trusted_origins_)) return forgeable(request);
    return endpoint.handler(request, {});
  }
  if (count_lines(request, "Authorization") > 1) return repeated_credentials(request);
  if (const auto field = request.headers.find("Authorization")) {
    return admit_token(endpoint, request, *field);
  }
  return admit_session(endpoint, request);
}

Response Gate::admit_to_open(const Endpoint& endpoint, const Request& request) const {
  if (endpoint.access == Access::strangers || endpoint.access == Access::persons) {
    return forbidden(request,
                     "this server is open (auth): everybody is the local user, and there "
                     "is nothing to log in to");
  }
  if (is_forgeable(request, trusted_origins_)) return forgeable(request);
  return endpoint.handler(request, {.actor = {}, .scopes = domain::Scopes::every()});
}

Response Gate::admit_token(const Endpoint& endpoint, const Request& request,
                           std::string_view authorization) const {
  const auto token = bearer_token(authorization);
  if (!token) return no_credentials(request);
  const auto caller = authenticator_->by_token(*token);
  if (!caller) return worthless_token(request);
  if (endpoint.access == Access::persons) {
    return forbidden(request, "this needs a session: a token cannot do it");
  }
  const auto scope = needed_scope(endpoint.access);
  if (scope && !caller->scopes.includes(*scope)) return missing_scope(request, *scope);
  return call(endpoint, request, *caller);
}

Response Gate::admit_session(const Endpoint& endpoint, const Request& request) const {
  const auto cookie = read_session_cookie(request);
  if (!cookie) return no_credentials(request);
  if (is_forgeable(request, trusted_origins_)) return forgeable(request);
  const auto caller = authenticator_->by_session(*cookie);
  if (!caller) return worthless_session(request);
  return call(endpoint, request, *caller);
}

/// For somebody who may.
Response Gate::call(const Endpoint& endpoint, const Request& request, const Caller& caller) const {
  if (limiter_ == nullptr) return endpoint.handler(request, caller);
  const auto allowance = limiter_->take(quota_key(caller), std::chrono::steady_clock::now());
  if (!allowance.allowed) return limiter_->refuse(allowance, request);
  auto response = endpoint.handler(request, caller);
  limiter_->describe(allowance, response.headers);
  return response;
}

}  // namespace notes::api
