#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/timestamp.hpp"
#include "db/session.hpp"
#include "domain/access_token.hpp"

/// Rows of personal access tokens. Each function runs in its caller's transaction and throws
/// db::StatementError.
namespace notes::store {

/// Where the database tells, when a transaction commits, that a token was revoked or that a user
/// whose tokens they are is another than before; see Dialect::notify.
inline constexpr std::string_view kCredentialsChannel = "notes_credentials";

/// `sha256` is what identity::sha256() makes of the token's text.
void insert_access_token(db::Session& session, const domain::AccessToken& token,
                         const std::string& sha256);

/// A token, and the role of its owner.
struct HeldToken {
  domain::AccessToken token;
  domain::Role role = domain::Role::member;
};

/// The tokens of these digests, valid or not, whose owners are active, by their digests. One
/// statement, kept prepared.
std::unordered_map<std::string, HeldToken> find_access_tokens(db::Session& session,
                                                              std::span<const std::string> sha256s);

/// The owner's tokens that were not revoked, also expired ones, in the order they were made.
std::vector<domain::AccessToken> list_access_tokens(db::Session& session, domain::UserId owner);

/// False when there is no such token, of this owner if one is given, that was not revoked before.
bool revoke_access_token(db::Session& session, domain::AccessTokenId id,
                         std::optional<domain::UserId> owner, Timestamp now);

/// Writes down a use; an earlier one than is known changes nothing.
void touch_access_token(db::Session& session, domain::AccessTokenId id, Timestamp used_at);

}  // namespace notes::store
