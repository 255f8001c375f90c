#include "service/logins.hpp"

#include <utility>

#include "identity/digest.hpp"
#include "identity/session_token.hpp"
#include "store/accounts.hpp"
#include "store/sessions.hpp"

namespace notes::service {

using domain::UserId;

Logins::Logins(db::Database& database, const Clock& clock, identity::PasswordDesk& passwords,
               std::chrono::milliseconds lifetime)
    : database_(database), clock_(clock), passwords_(passwords), lifetime_(lifetime) {}

std::optional<Logins::Known> Logins::recognise(std::string_view email,
                                               const std::string& password) {
  const auto normalised = domain::normalised_email(email);
  auto row = database_.read([&](db::Session& session) {
    return store::find_login(session, normalised.value_or(std::string()));
  });
  if (!row || !row->password_hash) {
    passwords_.verify_nothing(password);
    return std::nullopt;
  }
  const bool matches = passwords_.verify(*row->password_hash, password);
  if (!matches || row->user.deactivated_at) return std::nullopt;
  return Known{std::move(row->user), std::move(*row->password_hash)};
}

std::optional<LoggedIn> Logins::login(std::string_view email, std::string_view password) {
  const auto prepared = domain::prepared_password(password);
  auto known = recognise(prepared ? email : "", prepared.value_or(""));
  if (!known) return std::nullopt;
  const Timestamp now = clock_.now();
  LoggedIn made{.user = known->user,
                .session = {.id = domain::SessionId::make(now),
                            .user = known->user.id,
                            .created_at = now,
                            .last_used_at = now,
                            .expires_at = now + lifetime_},
                .text = identity::make_session_token()};
  const auto sha256 = identity::sha256(made.text);
  const auto renewed = passwords_.outdated(known->hash) ? passwords_.hash(*prepared) : known->hash;
  made.user.last_login_at = now;
  // Whoever changed the password or deactivated the user since it was looked at comes first: the
  // row is locked by the update, or it does not match any more.
  const bool begun = database_.transact([&](db::Session& session) {
    if (!store::record_login(session, made.user.id, known->hash, renewed, now)) return false;
    store::insert_session(session, made.session, sha256);
    return true;
  });
  if (!begun) return std::nullopt;
  return made;
}

void Logins::logout(domain::SessionId id) {
  database_.transact([&](db::Session& session) { store::end_session(session, id); });
}

bool Logins::change_password(UserId user, std::string_view current, const std::string& changed) {
  const auto prepared = domain::prepared_password(current);
  const auto email = database_.read([&](db::Session& session) {
    const auto found = store::find_user(session, user);
    return found ? found->email : std::string();
  });
  const auto known = recognise(prepared ? email : "", prepared.value_or(""));
  if (!known) return false;
  if (auto violations = domain::check_new_password(changed, email); !violations.empty()) {
    for (auto& violation : violations) violation.pointer = "/new_password";
    throw Error(std::move(violations));
  }
  const auto hash = passwords_.hash(*domain::prepared_password(changed));
  const Timestamp now = clock_.now();
  return database_.transact([&](db::Session& session) {
    if (!store::replace_password_hash(session, user, known->hash, hash, now)) return false;
    store::end_sessions(session, user);
    return true;
  });
}

}  // namespace notes::service
