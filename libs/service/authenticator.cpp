#include "service/authenticator.hpp"

#include "identity/access_token.hpp"
#include "identity/digest.hpp"
#include "identity/session_token.hpp"
#include "store/access_tokens.hpp"
#include "store/sessions.hpp"

namespace notes::service {

Authenticator::Authenticator(db::Database& database, const Clock& clock, LastUse& last_use,
                             std::chrono::milliseconds session_idle)
    : database_(database), clock_(clock), last_use_(last_use), session_idle_(session_idle) {}

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
                .credential = held->token.id,
                .expires_at = held->token.expires_at};
}

std::optional<Caller> Authenticator::by_session(std::string_view text) {
  if (!identity::is_session_token(text)) return std::nullopt;
  const auto sha256 = identity::sha256(text);
  const auto held =
      database_.read([&](db::Session& session) { return store::find_session(session, sha256); });
  const auto now = clock_.now();
  if (!held) return std::nullopt;
  const auto& session = held->session;
  if (now >= session.expires_at || now >= session.last_used_at + session_idle_) return std::nullopt;
  last_use_.note(session.id, session.last_used_at, now);
  return Caller{.actor = {.user = session.user, .role = held->role},
                .scopes = domain::Scopes::every(),
                .credential = session.id,
                .expires_at = session.expires_at};
}

}  // namespace notes::service
