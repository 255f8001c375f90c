#include "api/access_contract.hpp"

#include <algorithm>
#include <string>

#include "api/operation_parts.hpp"
#include "domain/scope.hpp"

namespace notes::api {
namespace {

constexpr std::string_view kAccessToken = "access_token";

http::Field challenge_field() {
  return {.name = "WWW-Authenticate",
          .description = "What is missing (RFC 6750).",
          .schema = http::Schema::text(1)};
}

}  // namespace

std::vector<http::CredentialScheme> credential_schemes() {
  return {{.name = kAccessToken,
           .kind = http::CredentialScheme::Kind::bearer,
           .description = "A personal access token: notes_pat_…"}};
}

void guard(http::Operation& operation, Access access) {
  const auto scope = needed_scope(access);
  if (!scope || !operation.credentials.empty()) return;
  operation.credentials = {{.scheme = kAccessToken, .scopes = {std::string(to_string(*scope))}}};
  operation.refusals.push_back(
      {.status = 401,
       .when = "There are no credentials, or they are worth nothing (any more).",
       .fields = {challenge_field()}});
  operation.refusals.push_back({.status = 403,
                                .when = "The access token does not have the scope.",
                                .fields = {challenge_field()}});
}

}  // namespace notes::api
