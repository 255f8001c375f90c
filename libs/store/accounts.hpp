#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/timestamp.hpp"
#include "db/session.hpp"
#include "domain/account.hpp"

/// One user's row: what accounts are made of. Each function runs in its caller's transaction and
/// throws db::StatementError.
namespace notes::store {

/// False when somebody has the address.
bool insert_user(db::Session& session, const domain::User& user);

std::optional<domain::User> find_user(db::Session& session, domain::UserId id);
/// `email` is in the form of domain::normalised_email().
std::optional<domain::User> find_user(db::Session& session, const std::string& email);

/// At most `limit` users behind `after`, in the order of their ids, in which they were made; an id
/// of zeros begins.
std::vector<domain::User> list_users(db::Session& session, domain::UserId after, std::size_t limit);

/// A user, and the password as identity::hash_password() wrote it.
struct LoginRow {
  domain::User user;
  std::optional<std::string> password_hash;  ///< none: cannot log in
};

/// One statement, whether there is such a user or not.
std::optional<LoginRow> find_login(db::Session& session, const std::string& email);

/// Writes down a login of an active user whose password is still `hash`, and puts `renewed` in its
/// place. False, and nothing done, for any other.
bool record_login(db::Session& session, domain::UserId id, const std::string& hash,
                  const std::string& renewed, Timestamp now);

/// False, and nothing done, when the password is not `hash` any more.
bool replace_password_hash(db::Session& session, domain::UserId id, const std::string& hash,
                           const std::string& changed, Timestamp now);
void set_password_hash(db::Session& session, domain::UserId id, const std::string& hash,
                       Timestamp now);

void set_role(db::Session& session, domain::UserId id, domain::Role role, Timestamp now);
/// nullopt: active again.
void set_deactivated(db::Session& session, domain::UserId id,
                     std::optional<Timestamp> deactivated_at, Timestamp now);

void revoke_access_tokens(db::Session& session, domain::UserId owner, Timestamp now);

}  // namespace notes::store
