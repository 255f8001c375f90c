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

/// The user's password as identity::hash_password() wrote it; nullopt when there is none.
std::optional<std::string> find_password_hash(db::Session& session, domain::UserId id);
void set_password_hash(db::Session& session, domain::UserId id, const std::string& hash,
                       Timestamp now);

void set_role(db::Session& session, domain::UserId id, domain::Role role, Timestamp now);
/// nullopt: active again.
void set_deactivated(db::Session& session, domain::UserId id,
                     std::optional<Timestamp> deactivated_at, Timestamp now);

void revoke_access_tokens(db::Session& session, domain::UserId owner, Timestamp now);

}  // namespace notes::store
