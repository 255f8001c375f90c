#include "api/access_contract.hpp"

#include <algorithm>
#include <string>

#include "api/operation_parts.hpp"
#include "api/session_cookie.hpp"
#include "domain/scope.hpp"

namespace notes::api {
namespace {

constexpr std::string_view kAccessToken = "access_token";
constexpr std::string_view kSession = "session";

http::Field challenge_field(http::Schema::Need need) {
  return {.name = "WWW-Authenticate",
          .description = "What is wrong with the credentials (RFC 6750).",
          .schema = http::Schema::text(1),
          .need = need};
}

bool refuses(const http::Operation& operation, int status) {
  return std::any_of(operation.refusals.begin(), operation.refusals.end(),
                     [&](const auto& refusal) { return refusal.status == status; });
}

std::vector<http::Credential> credentials_for(Access access) {
  std::vector<http::Credential> credentials;
  if (access != Access::persons) {
    credentials.push_back({.scheme = kAccessToken});
    if (const auto scope = needed_scope(access)) {
      credentials.back().scopes.emplace_back(to_string(*scope));
    }
  }
  credentials.push_back({.scheme = kSession});
  return credentials;
}

}  // namespace

std::vector<http::CredentialScheme> credential_schemes() {
  return {{.name = kAccessToken,
           .kind = http::CredentialScheme::Kind::bearer,
           .description = "A personal access token: notes_pat_…"},
          {.name = kSession,
           .kind = http::CredentialScheme::Kind::cookie,
           .cookie = kSessionCookie,
           .description = "What a browser gets when somebody logs in."}};
}

void guard(http::Operation& operation, Access access) {
  // The same operation stands at more than one address.
  if (access == Access::everybody || refuses(operation, 403)) return;
  operation.refusals.push_back(
      {.status = 403,
       .when = "The credentials do not reach so far, or another site's page sent them.",
       .fields = {challenge_field(http::Schema::Need::required)}});
  if (access == Access::strangers) return;
  operation.credentials = credentials_for(access);
  operation.refusals.push_back(
      {.status = 401,
       .when = "There are no credentials, or they are worth nothing (any more).",
       .fields = {challenge_field(http::Schema::Need::required)}});
  if (!refuses(operation, 400)) operation.refusals.push_back(malformed());
  for (auto& refusal : operation.refusals) {
    if (refusal.status == 400)
      refusal.fields.push_back(challenge_field(http::Schema::Need::optional));
  }
}

}  // namespace notes::api
