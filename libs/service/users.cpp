#include "service/users.hpp"

#include <utility>

#include <fmt/format.h>

#include "store/accounts.hpp"
#include "store/sessions.hpp"

namespace notes::service {
namespace {

using domain::User;
using domain::UserId;

Error taken(const std::string& email) {
  return {ErrorCode::conflict, fmt::format("there is a user {} already", email)};
}

User found(std::optional<User> user, std::string_view who) {
  if (!user) throw Error(ErrorCode::not_found, fmt::format("there is no user {}", who));
  return std::move(*user);
}

void check(std::vector<Violation> violations) {
  if (!violations.empty()) throw Error(std::move(violations));
}

}  // namespace

Users::Users(db::Database& database, const Clock& clock, identity::PasswordDesk& passwords)
    : database_(database), clock_(clock), passwords_(passwords) {}

User Users::create(const domain::UserDraft& draft, const std::optional<std::string>& password) {
  auto violations = validate(draft);
  const auto email = domain::normalised_email(draft.email).value_or("");
  if (password) {
    const auto broken = domain::check_new_password(*password, email);
    violations.insert(violations.end(), broken.begin(), broken.end());
  }
  check(std::move(violations));
  const Timestamp now = clock_.now();
  User user{.id = UserId::make(now),
            .email = email,
            .display_name = draft.display_name,
            .role = draft.role,
            .created_at = now,
            .updated_at = now};
  // Hashing takes its time: not inside the transaction.
  std::optional<std::string> hash;
  if (password) hash = passwords_.hash(*domain::prepared_password(*password));
  database_.transact([&](db::Session& session) {
    if (!store::insert_user(session, user)) throw taken(email);
    if (hash) store::set_password_hash(session, user.id, *hash, now);
  });
  return user;
}

User Users::find(std::string_view email) {
  const auto normalised = domain::normalised_email(email);
  if (!normalised) return found(std::nullopt, email);
  return found(
      database_.read([&](db::Session& session) { return store::find_user(session, *normalised); }),
      *normalised);
}

User Users::get(UserId id) {
  return found(database_.read([&](db::Session& session) { return store::find_user(session, id); }),
               to_string(id));
}

std::vector<User> Users::list(UserId after, std::size_t limit) {
  return database_.read(
      [&](db::Session& session) { return store::list_users(session, after, limit); });
}

template <typename Change>
User Users::change(UserId id, Change change) {
  const Timestamp now = clock_.now();
  return database_.transact([&](db::Session& session) {
    change(session, now);
    return found(store::find_user(session, id), to_string(id));
  });
}

void Users::set_password(UserId id, const std::string& password) {
  const auto user = get(id);
  check(domain::check_new_password(password, user.email));
  const auto hash = passwords_.hash(*domain::prepared_password(password));
  change(id, [&](db::Session& session, Timestamp now) {
    store::set_password_hash(session, id, hash, now);
    store::end_sessions(session, id);
  });
}

User Users::deactivate(UserId id) {
  return change(id, [&](db::Session& session, Timestamp now) {
    store::set_deactivated(session, id, now, now);
    store::end_sessions(session, id);
    store::revoke_access_tokens(session, id, now);
  });
}

User Users::activate(UserId id) {
  return change(id, [&](db::Session& session, Timestamp now) {
    store::set_deactivated(session, id, std::nullopt, now);
  });
}

User Users::grant(UserId id, domain::Role role) {
  return change(
      id, [&](db::Session& session, Timestamp now) { store::set_role(session, id, role, now); });
}

}  // namespace notes::service
