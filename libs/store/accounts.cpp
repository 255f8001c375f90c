#include "store/accounts.hpp"

#include "db/dialect.hpp"
#include "db/query.hpp"
#include "store/access_tokens.hpp"
#include "store/row_text.hpp"

namespace notes::store {
namespace {

using domain::User;
using domain::UserId;

constexpr auto kInsert =
    "INSERT INTO users (id, email, display_name, role, created_at, updated_at) "
    "VALUES (:p0, :p1, :p2, :p3, :p4, :p4) ON CONFLICT (email) DO NOTHING "
    "RETURNING CAST(id AS TEXT)";

constexpr auto kSelect =
    "SELECT CAST(id AS TEXT), email, display_name, role, CAST(created_at AS TEXT), "
    "CAST(updated_at AS TEXT), CAST(last_login_at AS TEXT), CAST(deactivated_at AS TEXT), "
    "password_hash FROM users ";
constexpr std::size_t kHashColumn = 8;

constexpr auto kRecordLogin =
    "UPDATE users SET last_login_at = :p0, password_hash = :p1 "
    "WHERE id = :p2 AND password_hash = :p3 AND deactivated_at IS NULL RETURNING CAST(id AS TEXT)";

constexpr auto kReplaceHash =
    "UPDATE users SET password_hash = :p0, updated_at = :p1 "
    "WHERE id = :p2 AND password_hash = :p3 RETURNING CAST(id AS TEXT)";

User user_of(const std::vector<db::Text>& row) {
  return {.id = id_of<UserId>(row[0]),
          .email = text_of(row[1]),
          .display_name = text_of(row[2]),
          .role = role_of(row[3]),
          .created_at = time_of(row[4]),
          .updated_at = time_of(row[5]),
          .last_login_at = maybe_time_of(row[6]),
          .deactivated_at = maybe_time_of(row[7])};
}

std::optional<User> find(db::Session& session, const char* condition, const std::string& value) {
  const auto rows = db::query(session, std::string(kSelect) + condition, {value});
  if (rows.empty()) return std::nullopt;
  return user_of(rows.front());
}

}  // namespace

bool insert_user(db::Session& session, const User& user) {
  const auto rows = db::query(session, kInsert,
                              {to_string(user.id), user.email, user.display_name,
                               std::string(to_string(user.role)), to_string(user.created_at)});
  return !rows.empty();
}

std::optional<User> find_user(db::Session& session, UserId id) {
  return find(session, "WHERE id = :p0", to_string(id));
}

std::optional<User> find_user(db::Session& session, const std::string& email) {
  return find(session, "WHERE email = :p0", email);
}

std::vector<User> list_users(db::Session& session, UserId after, std::size_t limit) {
  static const auto statement =
      std::string(kSelect) + "WHERE id > :p0 ORDER BY id LIMIT CAST(:p1 AS BIGINT)";
  std::vector<User> users;
  for (const auto& row : db::query(session, statement, {to_string(after), std::to_string(limit)})) {
    users.push_back(user_of(row));
  }
  return users;
}

std::optional<LoginRow> find_login(db::Session& session, const std::string& email) {
  const auto rows = db::query(session, std::string(kSelect) + "WHERE email = :p0", {email});
  if (rows.empty()) return std::nullopt;
  return LoginRow{.user = user_of(rows.front()), .password_hash = rows.front()[kHashColumn]};
}

bool record_login(db::Session& session, UserId id, const std::string& hash,
                  const std::string& renewed, Timestamp now) {
  return !db::query(session, kRecordLogin, {to_string(now), renewed, to_string(id), hash}).empty();
}

bool replace_password_hash(db::Session& session, UserId id, const std::string& hash,
                           const std::string& changed, Timestamp now) {
  return !db::query(session, kReplaceHash, {changed, to_string(now), to_string(id), hash}).empty();
}

void set_password_hash(db::Session& session, UserId id, const std::string& hash, Timestamp now) {
  db::query(session, "UPDATE users SET password_hash = :p0, updated_at = :p1 WHERE id = :p2",
            {hash, to_string(now), to_string(id)});
}

void set_role(db::Session& session, UserId id, domain::Role role, Timestamp now) {
  db::query(session, "UPDATE users SET role = :p0, updated_at = :p1 WHERE id = :p2",
            {std::string(to_string(role)), to_string(now), to_string(id)});
  session.dialect().notify(session, kCredentialsChannel);
}

void set_deactivated(db::Session& session, UserId id, std::optional<Timestamp> deactivated_at,
                     Timestamp now) {
  db::query(session, "UPDATE users SET deactivated_at = :p0, updated_at = :p1 WHERE id = :p2",
            {deactivated_at ? db::Text(to_string(*deactivated_at)) : db::Text(), to_string(now),
             to_string(id)});
  session.dialect().notify(session, kCredentialsChannel);
}

void revoke_access_tokens(db::Session& session, UserId owner, Timestamp now) {
  db::query(session,
            "UPDATE access_tokens SET revoked_at = :p0 WHERE user_id = :p1 AND revoked_at IS NULL",
            {to_string(now), to_string(owner)});
  session.dialect().notify(session, kCredentialsChannel);
}

}  // namespace notes::store
