#include "service/authenticator.hpp"

#include <string>
#include <unordered_map>
#include <utility>

#include "identity/access_token.hpp"
#include "identity/digest.hpp"
#include "identity/session_token.hpp"
#include "store/sessions.hpp"

namespace notes::service {

Authenticator::Authenticator(db::Database& database, const Clock& clock, LastUse& last_use,
                             std::chrono::milliseconds session_idle, KnownTokens* known)
    : database_(database),
      clock_(clock),
      last_use_(last_use),
      session_idle_(session_idle),
      known_(known) {}

std::optional<Caller> Authenticator::by_token(std::string_view text) {
  return std::move(by_tokens({&text, 1}).front());
}

std::vector<std::optional<Caller>> Authenticator::by_tokens(
    std::span<const std::string_view> texts) {
  // Most requests that come together are of a few clients, which show the same token each time.
  std::unordered_map<std::string_view, std::optional<Caller>> shown;
  std::vector<std::string_view> wanted;
  std::vector<std::string> sha256s;
  const auto changes = known_ == nullptr ? 0 : known_->changes();
  for (const auto text : texts) {
    const auto [place, is_new] = shown.try_emplace(text);
    if (!is_new || !identity::is_access_token(text)) continue;
    auto sha256 = identity::sha256(text);
    if (const auto held = known_ == nullptr ? std::nullopt : known_->find(sha256)) {
      place->second = caller_of(*held);
    } else {
      wanted.push_back(text);
      sha256s.push_back(std::move(sha256));
    }
  }
  if (!wanted.empty()) {
    const auto found = database_.read(
        [&](db::Session& session) { return store::find_access_tokens(session, sha256s); });
    for (std::size_t at = 0; at < wanted.size(); ++at) {
      const auto held = found.find(sha256s[at]);
      if (held == found.end()) continue;
      if (known_ != nullptr) known_->keep(held->first, held->second, changes);
      shown[wanted[at]] = caller_of(held->second);
    }
  }
  std::vector<std::optional<Caller>> callers;
  callers.reserve(texts.size());
  for (const auto text : texts) callers.push_back(shown[text]);
  return callers;
}

std::optional<Caller> Authenticator::caller_of(const store::HeldToken& held) {
  const auto now = clock_.now();
  if (!held.token.valid_at(now)) return std::nullopt;
  last_use_.note(held.token.id, held.token.last_used_at, now);
  return Caller{.actor = {.user = held.token.owner, .role = held.role},
                .scopes = held.token.scopes,
                .credential = held.token.id,
                .expires_at = held.token.expires_at};
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
