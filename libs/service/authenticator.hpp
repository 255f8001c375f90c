#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "db/database.hpp"
#include "domain/access_token.hpp"
#include "domain/user.hpp"
#include "service/known_tokens.hpp"
#include "service/last_use.hpp"
#include "store/access_tokens.hpp"

namespace notes::service {

/// Who makes a request, and how far what was shown for it reaches.
struct Caller {
  domain::Actor actor;
  domain::Scopes scopes;
  std::optional<Credential> credential = {};  ///< what was shown; none where nothing need be
  std::optional<Timestamp> expires_at = {};  ///< when that is worth nothing any more, at the latest
};

/// Finds out who somebody is by what they show. Thread-safe; what it is given must outlive it.
class Authenticator {
 public:
  /// `session_idle`: a session that is not used for so long is none any more.
  /// Tokens that `known` knows, if it is given, are not looked up.
  Authenticator(db::Database& database, const Clock& clock, LastUse& last_use,
                std::chrono::milliseconds session_idle, KnownTokens* known = nullptr);

  /// The owner of a personal access token. nullopt when the text is no token, or one that is not
  /// known, has expired or was revoked, or its owner is not active: which of these is nobody's to
  /// know. A text without a token's checksum costs no statement, any other at most one. Throws what
  /// db::Database throws.
  std::optional<Caller> by_token(std::string_view text);
  /// The same for each of several, in their order; one statement for all of them.
  std::vector<std::optional<Caller>> by_tokens(std::span<const std::string_view> texts);

  /// The user of a session, who may do everything that the user's role allows. nullopt when the
  /// text is no session's, or that has ended, expired or been idle for too long, or its user is not
  /// active.
  std::optional<Caller> by_session(std::string_view text);

 private:
  /// nullopt when the token is not valid any more.
  std::optional<Caller> caller_of(const store::HeldToken& held);

  db::Database& database_;
  const Clock& clock_;
  LastUse& last_use_;
  std::chrono::milliseconds session_idle_;
  KnownTokens* known_;
};

}  // namespace notes::service
