#include "api/access_contract.hpp"

#include <algorithm>
#include <string>

#include "api/operation_parts.hpp"
#include "domain/scope.hpp"

namespace notes::api {
namespace {

constexpr std::string_view kAccessToken = "access_token";

http::Field challenge_field(http::Schema::Need need) {
  return {.name = "WWW-Authenticate",
          .description = "What is wrong with the credentials (RFC 6750).",
          .schema = http::Schema::text(1),
          .need = need};
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
  auto unreadable = malformed();
  for (const auto& refusal : operation.refusals) {
    if (refusal.status == unreadable.status) unreadable = refusal;
  }
  std::erase_if(operation.refusals,
                [&](const auto& refusal) { return refusal.status == unreadable.status; });
  unreadable.fields.push_back(challenge_field(http::Schema::Need::optional));
  operation.refusals.push_back(std::move(unreadable));
  operation.refusals.push_back(
      {.status = 401,
       .when = "There are no credentials, or they are worth nothing (any more).",
       .fields = {challenge_field(http::Schema::Need::required)}});
  operation.refusals.push_back({.status = 403,
                                .when = "The access token does not have the scope.",
                                .fields = {challenge_field(http::Schema::Need::required)}});
}

}  // namespace notes::api
