#pragma once

#include <optional>
#include <string>

#include "base/timestamp.hpp"
#include "db/session.hpp"
#include "domain/session.hpp"

/// Rows of sessions of people who have logged in. Each function runs in its caller's transaction
/// and throws db::StatementError.
namespace notes::store {

/// `sha256` is what identity::sha256() makes of the cookie's text.
void insert_session(db::Session& session, const domain::Session& made, const std::string& sha256);

/// A session, and the role of its user.
struct HeldSession {
  domain::Session session;
  domain::Role role = domain::Role::member;
};

/// The session of that digest, expired or not, if its user is active. One statement, kept prepared.
std::optional<HeldSession> find_session(db::Session& session, const std::string& sha256);

/// Writes down a use; an earlier one than is known changes nothing.
void touch_session(db::Session& session, domain::SessionId id, Timestamp used_at);

void end_session(db::Session& session, domain::SessionId id);
/// Every session of a user.
void end_sessions(db::Session& session, domain::UserId user);

}  // namespace notes::store
