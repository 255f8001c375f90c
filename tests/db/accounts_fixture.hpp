#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "api/gate.hpp"
#include "db/notes_fixture.hpp"
#include "db/query.hpp"
#include "http/message.hpp"
#include "identity/password_desk.hpp"
#include "service/access_tokens.hpp"
#include "service/authenticator.hpp"
#include "service/last_use.hpp"
#include "service/logins.hpp"
#include "service/users.hpp"

namespace notes::tests {

/// A database with accounts, and the gate in front of a route that answers who called.
template <typename Backend>
struct AccountsFixture : NotesFixture<Backend> {
  using Base = NotesFixture<Backend>;
  static constexpr std::chrono::hours kSessionIdle{1};
  static constexpr std::chrono::hours kSessionLifetime{24};

  using Base::clock;
  using Base::open;

  /// What a route with this access answers to a GET with these header fields.
  http::Response call(api::Access access, const http::Headers& headers) {
    http::Request request;
    request.path = "/who";
    request.headers = headers;
    return gate.guard({row(access)}).front().handler(request);
  }

  http::Response call(api::Access access, std::string_view authorization) {
    http::Headers headers;
    headers.add("Authorization", authorization);
    return call(access, headers);
  }

  static api::Endpoint row(api::Access access) {
    return {.method = http::Method::get,
            .pattern = "/who",
            .operation = "who",
            .runs = http::Runs::on_worker,
            .access = access,
            .handler = [](const http::Request&, const service::Caller& caller) {
              return http::respond(200, "text/plain", to_string(caller.actor.user));
            }};
  }

  /// The one value that a statement yields.
  std::optional<std::string> value(const std::string& statement) {
    return open.database.read(
        [&](db::Session& session) { return db::query(session, statement).at(0).at(0); });
  }

  service::NewAccessToken token(domain::Scopes scopes, std::optional<Timestamp> expires_at = {}) {
    return tokens.create(Base::other.user,
                         {.name = "test", .scopes = scopes, .expires_at = expires_at});
  }

  service::AccessTokens tokens{open.database, clock};
  identity::PasswordDesk passwords{{.cost = {.memory_bytes = 64 * 1024, .passes = 1}},
                                   open.quiet.metrics};
  service::Users users{open.database, clock, passwords};
  service::Logins logins{open.database, clock, passwords, kSessionLifetime};
  std::optional<service::LastUse> last_use{std::in_place, open.database, open.quiet.logger};
  service::Authenticator authenticator{open.database, clock, *last_use, kSessionIdle};
  const api::Gate gate = api::Gate::required(authenticator);
};

}  // namespace notes::tests
