#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/access_token.hpp"
#include "http/schema.hpp"

/// What clients write about accounts, from JSON (RFC 8259). Each reader throws Error{malformed} for
/// what is no JSON, and Error{invalid} with a violation for each member that is unknown, missing,
/// repeated or of the wrong type. No violation ever holds a value.
namespace notes::api {

struct LoginRequest {
  std::string email;
  std::string password;
};
/// {"email":…,"password":…}
LoginRequest read_login(std::string_view json);

struct PasswordChange {
  std::string current_password;
  std::string new_password;
};
/// {"current_password":…,"new_password":…}
PasswordChange read_password_change(std::string_view json);

/// {"name":…,"scopes":[…],"expires_at":…}; an end that is left out or null is none.
domain::AccessTokenDraft read_token_draft(std::string_view json);

/// The schemas of these bodies.
std::vector<http::NamedSchema> account_reader_schemas();

}  // namespace notes::api
