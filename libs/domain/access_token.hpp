#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "base/uuid.hpp"
#include "domain/scope.hpp"
#include "domain/user.hpp"

namespace notes::domain {

struct AccessTokenTag;
using AccessTokenId = Id<AccessTokenTag>;

inline constexpr std::size_t kMaxTokenNameCharacters = 100;
/// Tokens of one user that are neither revoked nor expired.
inline constexpr std::size_t kMaxAccessTokens = 100;

/// What is known of a personal access token; the text itself only its holder has.
struct AccessToken {
  AccessTokenId id;
  UserId owner;
  std::string name;
  Scopes scopes;
  Timestamp created_at;
  std::optional<Timestamp> expires_at = {};    ///< from this moment on it is none any more
  std::optional<Timestamp> last_used_at = {};  ///< within a minute or so
  std::optional<Timestamp> revoked_at = {};

  bool valid_at(Timestamp now) const { return !revoked_at && (!expires_at || now < *expires_at); }

  friend bool operator==(const AccessToken&, const AccessToken&) = default;
};

/// What a person says of a token to be made.
struct AccessTokenDraft {
  std::string name;
  Scopes scopes;
  std::optional<Timestamp> expires_at = {};
};

/// Every rule that the draft breaks: a name of 1..100 characters, UTF-8 without control characters;
/// at least one scope; an end, if there is one, that is still to come.
std::vector<Violation> validate(const AccessTokenDraft& draft, Timestamp now);

}  // namespace notes::domain
