#include "store/access_tokens.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/dialect.hpp"
#include "db/query.hpp"
#include "store/row_text.hpp"

namespace notes::store {
namespace {

using domain::AccessToken;
using domain::AccessTokenId;
using domain::UserId;

constexpr auto kInsert =
    "INSERT INTO access_tokens (id, user_id, name, token_sha256, scopes, created_at, expires_at) "
    "VALUES (:p0, :p1, :p2, :p3, :p4, :p5, :p6)";

constexpr auto kColumns =
    "CAST(t.id AS TEXT), CAST(t.user_id AS TEXT), t.name, t.scopes, CAST(t.created_at AS TEXT), "
    "CAST(t.expires_at AS TEXT), CAST(t.last_used_at AS TEXT), CAST(t.revoked_at AS TEXT)";
constexpr std::size_t kColumnCount = 8;

constexpr auto kList =
    " FROM access_tokens t WHERE t.user_id = :p0 AND t.revoked_at IS NULL ORDER BY t.id";

constexpr auto kFind =
    "SELECT {}, u.role, t.token_sha256 FROM access_tokens t JOIN users u ON u.id = t.user_id "
    "WHERE {} AND u.deactivated_at IS NULL";

struct FindAccessTokens {
  explicit FindAccessTokens(db::Session& session)
      : statement(
            session,
            fmt::format(kFind, kColumns, session.dialect().one_of("t.token_sha256", "TEXT", ":p0")),
            1, kColumnCount + 2) {}

  db::PreparedQuery statement;
};

constexpr auto kRevoke =
    "UPDATE access_tokens SET revoked_at = :p0 WHERE id = :p1 AND revoked_at IS NULL";

constexpr auto kTouch =
    "UPDATE access_tokens SET last_used_at = :p0 "
    "WHERE id = :p1 AND (last_used_at IS NULL OR last_used_at < :p2)";

struct TouchAccessToken {
  explicit TouchAccessToken(db::Session& session) : statement(session, kTouch, 3, 0) {}

  db::PreparedQuery statement;
};

domain::Scopes scopes_of(const std::string& text) {
  const auto scopes = domain::parse_scopes(text);
  if (!scopes) throw Error(ErrorCode::internal, "an access token has the scopes '" + text + "'");
  return *scopes;
}

AccessToken token_of(const std::vector<db::Text>& row) {
  return {.id = id_of<AccessTokenId>(row[0]),
          .owner = id_of<UserId>(row[1]),
          .name = text_of(row[2]),
          .scopes = scopes_of(text_of(row[3])),
          .created_at = time_of(row[4]),
          .expires_at = maybe_time_of(row[5]),
          .last_used_at = maybe_time_of(row[6]),
          .revoked_at = maybe_time_of(row[7])};
}

}  // namespace

void insert_access_token(db::Session& session, const AccessToken& token,
                         const std::string& sha256) {
  const auto expires = token.expires_at ? db::Text(to_string(*token.expires_at)) : db::Text();
  db::query(session, kInsert,
            {to_string(token.id), to_string(token.owner), token.name, sha256,
             to_string(token.scopes), to_string(token.created_at), expires});
}

std::unordered_map<std::string, HeldToken> find_access_tokens(
    db::Session& session, std::span<const std::string> sha256s) {
  std::unordered_map<std::string, HeldToken> held;
  const auto wanted = session.dialect().list_value(sha256s);
  for (const auto& row : session.kept<FindAccessTokens>().statement.run({wanted})) {
    held.emplace(text_of(row[kColumnCount + 1]),
                 HeldToken{token_of(row), role_of(row[kColumnCount])});
  }
  return held;
}

std::vector<AccessToken> list_access_tokens(db::Session& session, UserId owner) {
  static const auto statement = std::string("SELECT ") + kColumns + kList;
  std::vector<AccessToken> tokens;
  for (const auto& row : db::query(session, statement, {to_string(owner)})) {
    tokens.push_back(token_of(row));
  }
  return tokens;
}

bool revoke_access_token(db::Session& session, AccessTokenId id, std::optional<UserId> owner,
                         Timestamp now) {
  std::string statement = kRevoke;
  std::vector<db::Text> parameters{to_string(now), to_string(id)};
  if (owner) {
    statement += " AND user_id = :p2";
    parameters.emplace_back(to_string(*owner));
  }
  const auto revoked = db::query(session, statement + " RETURNING CAST(id AS TEXT)", parameters);
  if (!revoked.empty()) session.dialect().notify(session, kCredentialsChannel);
  return !revoked.empty();
}

void touch_access_token(db::Session& session, AccessTokenId id, Timestamp used_at) {
  const auto used = to_string(used_at);
  session.kept<TouchAccessToken>().statement.change({used, to_string(id), used});
}

}  // namespace notes::store
