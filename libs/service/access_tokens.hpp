#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "db/database.hpp"
#include "domain/access_token.hpp"
#include "service/known_tokens.hpp"

namespace notes::service {

/// A token that was made just now: the only time that its text is seen.
struct NewAccessToken {
  domain::AccessToken token;
  std::string text;
};

/// Personal access tokens: making, listing, revoking. Thread-safe; what it is given must outlive
/// it. All throw what db::Database throws.
class AccessTokens {
 public:
  /// `known`, if there are any, must outlive it: what they know is forgotten with each token that
  /// is revoked here.
  AccessTokens(db::Database& database, const Clock& clock, KnownTokens* known = nullptr);

  /// Throws Error{invalid} with every rule that the draft breaks, and Error{conflict} when the user
  /// has domain::kMaxAccessTokens valid ones.
  NewAccessToken create(domain::UserId owner, const domain::AccessTokenDraft& draft);

  /// Those that were not revoked, in the order they were made.
  std::vector<domain::AccessToken> list(domain::UserId owner);

  /// From then on the token is none, to servers that know tokens as soon as they have heard (see
  /// KnownTokens). Throws Error{not_found} when there is none to revoke, of this owner if one is
  /// given.
  void revoke(domain::AccessTokenId id, std::optional<domain::UserId> owner);

 private:
  db::Database& database_;
  const Clock& clock_;
  KnownTokens* known_;
};

}  // namespace notes::service
