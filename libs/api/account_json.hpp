#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/access_token.hpp"
#include "domain/account.hpp"
#include "http/schema.hpp"

/// Accounts as JSON (RFC 8259): what the API answers, and what the commands print with --json.
/// Neither passwords nor digests are ever among it.
namespace notes::api {

/// {"id":…,"email":…,"display_name":…,"role":…,"created_at":…,"updated_at":…,"last_login_at":…,
/// "deactivated_at":…}
std::string to_json(const domain::User& user);

/// {"id":…,"name":…,"scopes":[…],"created_at":…,"expires_at":…,"last_used_at":…}, and "token" with
/// the text of one that was made just now.
std::string to_json(const domain::AccessToken& token, const std::string& text = {});

/// {"items":[…]}
std::string to_json(std::span<const domain::AccessToken> tokens);

/// Who calls, and how far that reaches.
struct SessionView {
  domain::User user;
  domain::Scopes scopes;
  std::optional<Timestamp> expires_at;
};

/// {"user":{…},"scopes":[…],"expires_at":…}
std::string to_json(const SessionView& session);

/// The schemas of all these.
std::vector<http::NamedSchema> account_schemas();

}  // namespace notes::api
