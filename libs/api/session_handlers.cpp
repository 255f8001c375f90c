#include "api/session_handlers.hpp"

#include <utility>
#include <variant>

#include "api/account_json.hpp"
#include "api/account_reader.hpp"
#include "api/gate.hpp"
#include "api/media_type.hpp"
#include "api/operation_parts.hpp"
#include "api/session_cookie.hpp"
#include "http/problem.hpp"

namespace notes::api {
namespace {

using http::Request;
using http::Response;
using service::Caller;

Response private_answer(Response response) {
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Response wrong_password(const Request& request) {
  return private_answer(challenge(request, {ErrorCode::unauthenticated,
                                            "there is no such user, or it has another "
                                            "password"}));
}

Response ended() {
  Response response{.status = 204, .headers = {}, .body = {}};
  response.headers.add("Set-Cookie", ended_session_cookie());
  return private_answer(std::move(response));
}

}  // namespace

SessionHandlers::SessionHandlers(service::Logins& logins, service::Users& users,
                                 LoginThrottle& throttle, telemetry::Logger& logger)
    : logins_(logins), users_(users), throttle_(throttle), logger_(logger) {}

Response SessionHandlers::create(const Request& request) {
  require_media_type(request, {kJson});
  const auto asked = read_login(request.body);
  const auto account = domain::normalised_email(asked.email).value_or(std::string());
  if (auto refused = throttle_.take(request, account)) return std::move(*refused);
  const auto made = logins_.login(asked.email, asked.password);
  if (!made) {
    // Not the address: people type passwords in its place.
    logger_.info("login refused", {{"client", std::string_view(request.client)}});
    return wrong_password(request);
  }
  const auto user = to_string(made->user.id);
  logger_.info("login", {{"user", std::string_view(user)}});
  const auto& session = made->session;
  auto response = http::respond(201, kJson,
                                to_json(SessionView{.user = made->user,
                                                    .scopes = domain::Scopes::every(),
                                                    .expires_at = session.expires_at}));
  response.headers.add("Set-Cookie",
                       session_cookie(made->text, std::chrono::duration_cast<std::chrono::seconds>(
                                                      session.expires_at - session.created_at)));
  return private_answer(std::move(response));
}

Response SessionHandlers::show(const Request&, const Caller& caller) {
  return private_answer(http::respond(200, kJson,
                                      to_json(SessionView{.user = users_.get(caller.actor.user),
                                                          .scopes = caller.scopes,
                                                          .expires_at = caller.expires_at})));
}

Response SessionHandlers::remove(const Request&, const Caller& caller) {
  logins_.logout(std::get<domain::SessionId>(*caller.credential));
  return ended();
}

Response SessionHandlers::change_password(const Request& request, const Caller& caller) {
  require_media_type(request, {kJson});
  const auto asked = read_password_change(request.body);
  const auto user = to_string(caller.actor.user);
  if (auto refused = throttle_.take(request, user)) return std::move(*refused);
  if (!logins_.change_password(caller.actor.user, asked.current_password, asked.new_password)) {
    throw Error({{"/current_password", "wrong", "is not the password; nothing was changed"}});
  }
  logger_.info("password changed", {{"user", std::string_view(user)}});
  return ended();
}

}  // namespace notes::api
