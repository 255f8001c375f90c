#include "api/token_handlers.hpp"

#include <string>
#include <utility>

#include "api/account_json.hpp"
#include "api/account_reader.hpp"
#include "api/media_type.hpp"
#include "api/operation_parts.hpp"
#include "base/error.hpp"

namespace notes::api {
namespace {

using domain::AccessTokenId;
using domain::Actor;
using http::Request;
using http::Response;

Response private_answer(int status, std::string body) {
  auto response = http::respond(status, kJson, std::move(body));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

AccessTokenId token_id(const Request& request) {
  const auto id = AccessTokenId::parse(request.path_value("id"));
  // The value is not repeated: it may be a token.
  if (!id) throw Error(ErrorCode::not_found, "there is no access token of that id");
  return *id;
}

}  // namespace

Response TokenHandlers::list(const Request&, const Actor& actor) {
  return private_answer(200, to_json(tokens_.list(actor.user)));
}

Response TokenHandlers::create(const Request& request, const Actor& actor) {
  require_media_type(request, {kJson});
  const auto made = tokens_.create(actor.user, read_token_draft(request.body));
  return private_answer(201, to_json(made.token, made.text));
}

Response TokenHandlers::revoke(const Request& request, const Actor& actor) {
  tokens_.revoke(token_id(request), actor.user);
  return {.status = 204, .headers = {}, .body = {}};
}

}  // namespace notes::api
