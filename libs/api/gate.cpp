#include "api/gate.hpp"

#include <algorithm>
#include <chrono>
#include <map>
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

constexpr std::string_view kField = "Authorization";
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

/// The token, where it is shown as it should be.
std::optional<std::string_view> shown_token(const Request& request) {
  if (count_lines(request, kField) != 1) return std::nullopt;
  return bearer_token(*request.headers.find(kField));
}

const Endpoint& row_of(const std::vector<std::shared_ptr<const Endpoint>>& rows,
                       const http::Route& route) {
  for (const auto& row : rows) {
    if (row->operation == route.operation) return *row;
  }
  throw Error(ErrorCode::internal,
              fmt::format("the route {} is not of this lane", route.operation));
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
  std::map<const Gathering*, Rows> gathered;
  std::vector<std::shared_ptr<const Endpoint>> rows;
  for (auto& row : endpoints) {
    if (row.access != Access::everybody && row.runs == http::Runs::inline_) {
      throw Error(ErrorCode::internal,
                  fmt::format("the route {} is guarded and runs inline", row.operation));
    }
    rows.push_back(std::make_shared<const Endpoint>(std::move(row)));
    if (rows.back()->gathering) gathered[rows.back()->gathering.get()].push_back(rows.back());
  }
  std::map<const Gathering*, std::shared_ptr<const http::Lane>> lanes;
  for (auto& [gathering, of] : gathered) lanes[gathering] = gate->lane_of(of);
  std::vector<http::Route> routes;
  routes.reserve(rows.size());
  for (const auto& endpoint : rows) {
    routes.push_back(
        {.method = endpoint->method,
         .pattern = endpoint->pattern,
         .operation = endpoint->operation,
         .runs = endpoint->runs,
         .handler = [gate,
                     endpoint](const Request& request) { return gate->admit(*endpoint, request); },
         .lane = lanes[endpoint->gathering.get()]});
  }
  return routes;
}

Response Gate::admit(const Endpoint& endpoint, const Request& request) const {
  if (endpoint.access == Access::everybody) return endpoint.handler(request, {});
  if (endpoint.access == Access::strangers && authenticator_ != nullptr) {
    if (is_forgeable(request, trusted_origins_)) return forgeable(request);
    return endpoint.handler(request, {});
  }
  auto entry = look_at(endpoint, request);
  if (auto* refusal = std::get_if<Response>(&entry)) return std::move(*refusal);
  const auto& caller = std::get<Caller>(entry);
  const auto allowance = take_off_quota(caller);
  if (allowance && !allowance->allowed) return limiter_->refuse(*allowance, request);
  return call(endpoint, request, caller, allowance);
}

Gate::Entry Gate::look_at(const Endpoint& endpoint, const Request& request) const {
  if (authenticator_ == nullptr) return look_at_open(endpoint, request);
  if (count_lines(request, kField) > 1) return repeated_credentials(request);
  if (!request.headers.find(kField)) return look_at_session(request);
  const auto token = shown_token(request);
  if (!token) return no_credentials(request);
  return look_at_token(endpoint, request, authenticator_->by_token(*token));
}

Gate::Entry Gate::look_at_open(const Endpoint& endpoint, const Request& request) const {
  if (endpoint.access == Access::strangers || endpoint.access == Access::persons) {
    return forbidden(request,
                     "this server is open (auth): everybody is the local user, and there "
                     "is nothing to log in to");
  }
  if (is_forgeable(request, trusted_origins_)) return forgeable(request);
  return Caller{.actor = {}, .scopes = domain::Scopes::every()};
}

Gate::Entry Gate::look_at_token(const Endpoint& endpoint, const Request& request,
                                const std::optional<Caller>& owner) const {
  if (!owner) return worthless_token(request);
  if (endpoint.access == Access::persons) {
    return forbidden(request, "this needs a session: a token cannot do it");
  }
  const auto scope = needed_scope(endpoint.access);
  if (scope && !owner->scopes.includes(*scope)) return missing_scope(request, *scope);
  return *owner;
}

Gate::Entry Gate::look_at_session(const Request& request) const {
  const auto cookie = read_session_cookie(request);
  if (!cookie) return no_credentials(request);
  if (is_forgeable(request, trusted_origins_)) return forgeable(request);
  auto caller = authenticator_->by_session(*cookie);
  if (!caller) return worthless_session(request);
  return std::move(*caller);
}

std::optional<http::Allowance> Gate::take_off_quota(const Caller& caller) const {
  if (limiter_ == nullptr) return std::nullopt;
  return limiter_->take(quota_key(caller), std::chrono::steady_clock::now());
}

/// For somebody who may.
Response Gate::call(const Endpoint& endpoint, const Request& request, const Caller& caller,
                    const std::optional<http::Allowance>& allowance) const {
  auto response = endpoint.handler(request, caller);
  if (allowance) limiter_->describe(*allowance, response.headers);
  return response;
}

std::shared_ptr<const http::Lane> Gate::lane_of(Rows rows) const {
  const auto gathering = rows.front()->gathering;
  return std::make_shared<const http::Lane>(http::Lane{
      .name = gathering->name,
      .most = gathering->most,
      .threads = gathering->threads,
      .handler = [gate = *this, rows = std::move(rows)](std::span<const http::Arrival> arrivals) {
        return gate.admit_together(rows, arrivals);
      }});
}

std::vector<http::Outcome> Gate::admit_together(const Rows& rows,
                                                std::span<const http::Arrival> arrivals) const {
  auto entries = look_at_together(rows, arrivals);
  std::vector<http::Outcome> outcomes(arrivals.size());
  std::vector<Admitted> admitted;
  std::vector<std::size_t> places;
  std::vector<std::optional<http::Allowance>> allowances;
  for (std::size_t at = 0; at < arrivals.size(); ++at) {
    const Request& request = arrivals[at].request;
    const Endpoint& endpoint = row_of(rows, arrivals[at].route);
    if (!entries[at]) {
      outcomes[at] = [this, &endpoint, &request] { return admit(endpoint, request); };
      continue;
    }
    if (auto* refusal = std::get_if<Response>(&*entries[at])) {
      outcomes[at] = std::move(*refusal);
      continue;
    }
    const auto& caller = std::get<Caller>(*entries[at]);
    const auto allowance = take_off_quota(caller);
    if (allowance && !allowance->allowed) {
      outcomes[at] = limiter_->refuse(*allowance, request);
      continue;
    }
    admitted.push_back({request, caller, [this, &endpoint, &request, caller, allowance] {
                          return call(endpoint, request, caller, allowance);
                        }});
    places.push_back(at);
    allowances.push_back(allowance);
  }
  if (admitted.empty()) return outcomes;
  auto answered = rows.front()->gathering->handler(admitted);
  for (std::size_t n = 0; n < answered.size(); ++n) {
    auto* response = std::get_if<Response>(&answered[n]);
    if (response != nullptr && allowances[n]) {
      limiter_->describe(*allowances[n], response->headers);
    }
    outcomes[places[n]] = std::move(answered[n]);
  }
  return outcomes;
}

std::vector<std::optional<Gate::Entry>> Gate::look_at_together(
    const Rows& rows, std::span<const http::Arrival> arrivals) const {
  std::vector<std::optional<Entry>> entries(arrivals.size());
  std::vector<std::string_view> tokens;
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < arrivals.size(); ++at) {
    const Request& request = arrivals[at].request;
    if (authenticator_ == nullptr) {
      entries[at] = look_at_open(row_of(rows, arrivals[at].route), request);
    } else if (const auto token = shown_token(request)) {
      tokens.push_back(*token);
      places.push_back(at);
    }
  }
  if (tokens.empty()) return entries;
  const auto owners = authenticator_->by_tokens(tokens);
  for (std::size_t n = 0; n < owners.size(); ++n) {
    const auto& [route, request] = arrivals[places[n]];
    entries[places[n]] = look_at_token(row_of(rows, route), request, owners[n]);
  }
  return entries;
}

}  // namespace notes::api
