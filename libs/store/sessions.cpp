#include "store/sessions.hpp"

#include "db/query.hpp"
#include "store/row_text.hpp"

namespace notes::store {
namespace {

using domain::SessionId;
using domain::UserId;

constexpr auto kInsert =
    "INSERT INTO sessions (id, user_id, token_sha256, created_at, last_used_at, expires_at) "
    "VALUES (:p0, :p1, :p2, :p3, :p4, :p5)";

constexpr auto kFind =
    "SELECT CAST(s.id AS TEXT), CAST(s.user_id AS TEXT), CAST(s.created_at AS TEXT), "
    "CAST(s.last_used_at AS TEXT), CAST(s.expires_at AS TEXT), u.role "
    "FROM sessions s JOIN users u ON u.id = s.user_id "
    "WHERE s.token_sha256 = :p0 AND u.deactivated_at IS NULL";

struct FindSession {
  explicit FindSession(db::Session& session) : statement(session, kFind, 1, 6) {}

  db::PreparedQuery statement;
};

constexpr auto kTouch =
    "UPDATE sessions SET last_used_at = :p0 WHERE id = :p1 AND last_used_at < :p2";

struct TouchSession {
  explicit TouchSession(db::Session& session) : statement(session, kTouch, 3, 0) {}

  db::PreparedQuery statement;
};

}  // namespace

void insert_session(db::Session& session, const domain::Session& made, const std::string& sha256) {
  db::query(session, kInsert,
            {to_string(made.id), to_string(made.user), sha256, to_string(made.created_at),
             to_string(made.last_used_at), to_string(made.expires_at)});
}

std::optional<HeldSession> find_session(db::Session& session, const std::string& sha256) {
  const auto rows = session.kept<FindSession>().statement.run({sha256});
  if (rows.empty()) return std::nullopt;
  const auto& row = rows.front();
  return HeldSession{.session = {.id = id_of<SessionId>(row[0]),
                                 .user = id_of<UserId>(row[1]),
                                 .created_at = time_of(row[2]),
                                 .last_used_at = time_of(row[3]),
                                 .expires_at = time_of(row[4])},
                     .role = role_of(row[5])};
}

void touch_session(db::Session& session, SessionId id, Timestamp used_at) {
  const auto used = to_string(used_at);
  session.kept<TouchSession>().statement.change({used, to_string(id), used});
}

void end_session(db::Session& session, SessionId id) {
  db::query(session, "DELETE FROM sessions WHERE id = :p0", {to_string(id)});
}

void end_sessions(db::Session& session, UserId user) {
  db::query(session, "DELETE FROM sessions WHERE user_id = :p0", {to_string(user)});
}

}  // namespace notes::store
