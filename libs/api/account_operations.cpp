#include "api/operation_parts.hpp"
#include "api/operations.hpp"

namespace notes::api {
namespace {

using http::In;
using http::Operation;
using http::Schema;

constexpr std::string_view kTag = "Accounts";

http::Field no_store_field() {
  return {.name = "Cache-Control",
          .description = "No cache may keep the answer.",
          .schema = Schema::one_of({"no-store"})};
}

http::Field cookie_field(std::string_view description) {
  return {.name = "Set-Cookie", .description = description, .schema = Schema::text(1)};
}

http::Answer session_answer(int status, std::string_view description) {
  return {.status = status,
          .description = description,
          .contents = json_of("Session"),
          .fields = {no_store_field()}};
}

Operation create_session() {
  auto answer = session_answer(201, "Who has logged in.");
  answer.fields.push_back(cookie_field("The session, for browsers: __Host-session."));
  return {.id = "create_session",
          .tag = kTag,
          .summary = "Logs in with a password",
          .body = json_of("Login"),
          .answers = {answer},
          .refusals = {malformed(),
                       {.status = 401,
                        .when = "There is no such user, or it has another password.",
                        .fields = {{.name = "WWW-Authenticate",
                                    .description = "What is missing (RFC 6750).",
                                    .schema = Schema::text(1)},
                                   no_store_field()}},
                       unsupported_media_type(),
                       invalid()}};
}

Operation get_session() {
  return {.id = "get_session",
          .tag = kTag,
          .summary = "Who calls, how far the credentials reach, and until when",
          .answers = {session_answer(200, "The caller.")}};
}

http::Answer ended_answer(std::string_view description) {
  return {.status = 204,
          .description = description,
          .fields = {cookie_field("The cookie's end."), no_store_field()}};
}

Operation delete_session() {
  return {.id = "delete_session",
          .tag = kTag,
          .summary = "Logs out",
          .answers = {ended_answer("The session has ended.")}};
}

Operation change_password() {
  return {.id = "change_password",
          .tag = kTag,
          .summary = "Changes the caller's password",
          .description = "Every session of the user ends, this one too.",
          .body = json_of("PasswordChange"),
          .answers = {ended_answer("It is changed.")},
          .refusals = {malformed(), unsupported_media_type(), invalid()}};
}

Operation list_tokens() {
  return {.id = "list_tokens",
          .tag = kTag,
          .summary = "Lists the caller's access tokens",
          .answers = {{.status = 200,
                       .description = "Those that were not revoked, in the order they were made.",
                       .contents = json_of("AccessTokens"),
                       .fields = {no_store_field()}}}};
}

Operation create_token() {
  return {.id = "create_token",
          .tag = kTag,
          .summary = "Makes an access token",
          .body = json_of("AccessTokenDraft"),
          .answers = {{.status = 201,
                       .description = "The token, with its text, which is not shown again.",
                       .contents = json_of("AccessToken"),
                       .fields = {no_store_field()}}},
          .refusals = {malformed(),
                       {.status = 409, .when = "The user has 100 valid tokens already."},
                       unsupported_media_type(),
                       invalid()}};
}

Operation revoke_token() {
  return {.id = "revoke_token",
          .tag = kTag,
          .summary = "Makes an access token worthless at once",
          .parameters = {{.in = In::path,
                          .name = "id",
                          .description = "The token's id, not its text.",
                          .schema = Schema::uuid()}},
          .answers = {{.status = 204, .description = "It is revoked."}},
          .refusals = {{.status = 404, .when = "The caller has no such token."}}};
}

}  // namespace

std::vector<Operation> account_operations() {
  return {create_session(), get_session(),  delete_session(), change_password(),
          list_tokens(),    create_token(), revoke_token()};
}

}  // namespace notes::api
