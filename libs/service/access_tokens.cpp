#include "service/access_tokens.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "identity/access_token.hpp"
#include "identity/digest.hpp"
#include "store/access_tokens.hpp"

namespace notes::service {

using domain::AccessToken;

AccessTokens::AccessTokens(db::Database& database, const Clock& clock, KnownTokens* known)
    : database_(database), clock_(clock), known_(known) {}

NewAccessToken AccessTokens::create(domain::UserId owner, const domain::AccessTokenDraft& draft) {
  const Timestamp now = clock_.now();
  if (auto violations = validate(draft, now); !violations.empty()) {
    throw Error(std::move(violations));
  }
  const NewAccessToken made{.token = {.id = domain::AccessTokenId::make(now),
                                      .owner = owner,
                                      .name = draft.name,
                                      .scopes = draft.scopes,
                                      .created_at = now,
                                      .expires_at = draft.expires_at},
                            .text = identity::make_access_token()};
  const auto sha256 = identity::sha256(made.text);
  database_.transact([&](db::Session& session) {
    const auto present = store::list_access_tokens(session, owner);
    const auto valid = std::count_if(present.begin(), present.end(),
                                     [&](const AccessToken& token) { return token.valid_at(now); });
    if (static_cast<std::size_t>(valid) >= domain::kMaxAccessTokens) {
      throw Error(ErrorCode::conflict,
                  fmt::format("there are {} access tokens already: revoke one that is not used",
                              domain::kMaxAccessTokens));
    }
    store::insert_access_token(session, made.token, sha256);
  });
  return made;
}

std::vector<AccessToken> AccessTokens::list(domain::UserId owner) {
  return database_.read(
      [&](db::Session& session) { return store::list_access_tokens(session, owner); });
}

void AccessTokens::revoke(domain::AccessTokenId id, std::optional<domain::UserId> owner) {
  const Timestamp now = clock_.now();
  const bool revoked = database_.transact(
      [&](db::Session& session) { return store::revoke_access_token(session, id, owner, now); });
  if (known_ != nullptr) known_->forget();
  if (!revoked) {
    throw Error(ErrorCode::not_found, fmt::format("there is no access token {}", to_string(id)));
  }
}

}  // namespace notes::service
