#include "service/authenticator.hpp"

#include "identity/access_token.hpp"
#include "identity/digest.hpp"
#include "store/access_tokens.hpp"

namespace notes::service {

Authenticator::Authenticator(db::Database& database, const Clock& clock, LastUse& last_use)
    : database_(database), clock_(clock), last_use_(last_use) {}

std::optional<Caller> Authenticator::by_token(std::string_view text) {
  if (!identity::is_access_token(text)) return std::nullopt;
  const auto sha256 = identity::sha256(text);
  const auto held = database_.read(
      [&](db::Session& session) { return store::find_access_token(session, sha256); });
  const auto now = clock_.now();
  if (!held || !held->token.valid_at(now)) return std::nullopt;
  last_use_.note(held->token.id, held->token.last_used_at, now);
  return Caller{.actor = {.user = held->token.owner, .role = held->role},
                .scopes = held->token.scopes,
                .token = held->token.id};
}

}  // namespace notes::service
