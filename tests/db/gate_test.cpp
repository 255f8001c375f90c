#include "api/gate.hpp"

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "db/accounts_fixture.hpp"

namespace notes {
namespace {

using namespace std::chrono_literals;
using api::Access;
using domain::Scope;
using domain::Scopes;
using tests::AccountsFixture;
using tests::Postgres;
using tests::Sqlite;

constexpr auto kOther = "00000000-0000-7000-8000-000000000002";

std::string challenge_of(const http::Response& response) {
  return std::string(response.headers.find("WWW-Authenticate").value_or("none"));
}

}  // namespace

TEST_CASE_TEMPLATE("a token opens what its scopes name, to its owner", Backend, Sqlite, Postgres) {
  AccountsFixture<Backend> at;
  const auto reading = "Bearer " + at.token({Scope::read_notes}).text;
  const auto writing = "Bearer " + at.token({Scope::write_notes}).text;

  const auto read = at.call(Access::read_notes, reading);
  CHECK(read.status == 200);
  CHECK(read.body == kOther);
  CHECK(at.call(Access::write_notes, writing).body == kOther);
  CHECK(at.call(Access::read_notes, "bEARER   " + reading.substr(7)).status == 200);

  const auto refused = at.call(Access::write_notes, reading);
  CHECK(refused.status == 403);
  CHECK(challenge_of(refused) ==
        R"(Bearer realm="notes", error="insufficient_scope", scope="notes:write")");
  CHECK(at.call(Access::read_notes, writing).status == 403);
}

TEST_CASE_TEMPLATE("without a token the answer is a challenge", Backend, Sqlite, Postgres) {
  AccountsFixture<Backend> at;
  const auto nothing = at.call(Access::read_notes, http::Headers());
  CHECK(nothing.status == 401);
  CHECK(challenge_of(nothing) == R"(Bearer realm="notes")");
  CHECK(nothing.headers.find("Content-Type") == "application/problem+json");
  for (const char* field : {"Basic bWU6c2VjcmV0", "Bearer", "Bearernotes_pat_", "", "notes_pat_"}) {
    CAPTURE(field);
    const auto response = at.call(Access::read_notes, field);
    CHECK(response.status == 401);
    CHECK(challenge_of(response) == R"(Bearer realm="notes")");
  }
  CHECK(at.call(Access::everybody, http::Headers()).status == 200);
  CHECK(at.call(Access::everybody, "Bearer whatever").status == 200);
}

TEST_CASE_TEMPLATE("what is no valid token is told apart by nobody", Backend, Sqlite, Postgres) {
  AccountsFixture<Backend> at;
  const auto good = at.token({Scope::read_notes});
  const auto revoked = at.token({Scope::read_notes});
  at.tokens.revoke(revoked.token.id, at.other.user);
  const auto expired = at.token({Scope::read_notes}, at.clock.now() + 1us);
  at.clock.advance(1us);

  std::string answer;
  for (const auto& text :
       {revoked.text, expired.text, std::string("notes_pat_00000000000000000000000000000045sOlK"),
        good.text.substr(0, 45), good.text + "x", "\"" + good.text + "\"", std::string("%"),
        good.text + " " + good.text, std::string(20'000, 'a'), std::string("x'; --")}) {
    CAPTURE(text);
    const auto response = at.call(Access::read_notes, "Bearer " + text);
    CHECK(response.status == 401);
    CHECK(challenge_of(response) == R"(Bearer realm="notes", error="invalid_token")");
    if (answer.empty()) answer = response.body;
    CHECK(response.body == answer);
    CHECK(response.body.find(text.substr(0, 20)) == std::string::npos);
  }
  CHECK(at.call(Access::read_notes, "Bearer " + good.text).status == 200);

  http::Headers twice;
  twice.add("Authorization", "Bearer " + good.text);
  twice.add("Authorization", "Bearer " + good.text);
  const auto repeated = at.call(Access::read_notes, twice);
  CHECK(repeated.status == 400);
  CHECK(challenge_of(repeated) == R"(Bearer realm="notes", error="invalid_request")");
}

TEST_CASE_TEMPLATE("a token is none from the instant at which it expires", Backend, Sqlite,
                   Postgres) {
  AccountsFixture<Backend> at;
  const auto made = at.token({Scope::read_notes}, at.clock.now() + 1h);
  const auto field = "Bearer " + made.text;
  at.clock.advance(1h - 1us);
  CHECK(at.call(Access::read_notes, field).status == 200);
  at.clock.advance(1us);
  CHECK(at.call(Access::read_notes, field).status == 401);
}

TEST_CASE_TEMPLATE("a deactivated user's token is none, and is one again when the user comes back",
                   Backend, Sqlite, Postgres) {
  AccountsFixture<Backend> at;
  const auto field = "Bearer " + at.token({Scope::read_notes}).text;
  const std::string of_other = std::string(" WHERE id = '") + kOther + "'";
  tests::execute(at.open.backend.url(),
                 {"UPDATE users SET deactivated_at = '2026-11-21T00:00:00.000000Z'" + of_other});
  CHECK(at.call(Access::read_notes, field).status == 401);
  tests::execute(at.open.backend.url(), {"UPDATE users SET deactivated_at = NULL" + of_other});
  CHECK(at.call(Access::read_notes, field).status == 200);
}

TEST_CASE_TEMPLATE("the last use is written once a minute and never goes back", Backend, Sqlite,
                   Postgres) {
  AccountsFixture<Backend> at;
  const auto made = at.token({Scope::read_notes});
  const auto written = [&] {
    at.last_use.reset();  // writes what is left
    at.last_use.emplace(at.open.database, at.open.quiet.logger);
    return at.tokens.list(at.other.user).at(0).last_used_at;
  };
  const auto use = [&] { CHECK(at.call(Access::read_notes, "Bearer " + made.text).status == 200); };
  CHECK(written() == std::nullopt);
  const auto first = at.clock.now();
  use();
  CHECK(written() == first);
  at.clock.advance(1min - 1us);
  use();
  CHECK(written() == first);
  at.clock.advance(1us);
  use();
  CHECK(written() == first + 1min);
  at.last_use->note(made.token.id, std::nullopt, first);
  CHECK(written() == first + 1min);
}

TEST_CASE_TEMPLATE("of a token only the digest is kept", Backend, Sqlite, Postgres) {
  AccountsFixture<Backend> at;
  tests::execute(
      at.open.backend.url(),
      {"INSERT INTO access_tokens (id, user_id, name, token_sha256, scopes, created_at) VALUES "
       "('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-000000000002', 'x', "
       // Python's hashlib of the token below.
       "'8ee6cac214e82793ff1d8ef68762e8e3b9d6770f93e6b60570f84173a53cca8e', 'notes:read', "
       "'2026-01-01T00:00:00.000000Z')"});
  CHECK(at.call(Access::read_notes, "Bearer notes_pat_abcdefghijklmnopqrstuvwxyzABCD1Yw9yS").body ==
        kOther);
  CHECK(at.call(Access::read_notes,
                "Bearer 8ee6cac214e82793ff1d8ef68762e8e3b9d6770f93e6b60570f84173a53cca8e")
            .status == 401);
}

TEST_CASE_TEMPLATE("tokens are made, listed and revoked by their owner", Backend, Sqlite,
                   Postgres) {
  AccountsFixture<Backend> at;
  const auto first = at.token({Scope::read_notes}, at.clock.now() + 1h).token;
  const auto second = at.token(Scopes::every()).token;
  CHECK(at.tokens.list(at.other.user) == std::vector{first, second});
  CHECK(at.tokens.list(at.me.user).empty());

  CHECK_THROWS_WITH_AS(at.tokens.revoke(first.id, at.me.user),
                       ("there is no access token " + to_string(first.id)).c_str(), Error);
  at.tokens.revoke(first.id, at.other.user);
  CHECK_THROWS_AS(at.tokens.revoke(first.id, at.other.user), Error);
  at.tokens.revoke(second.id, std::nullopt);
  CHECK(at.tokens.list(at.other.user).empty());
}

TEST_CASE_TEMPLATE("a user has a hundred valid tokens at most", Backend, Sqlite, Postgres) {
  AccountsFixture<Backend> at;
  const auto expiring = at.token({Scope::read_notes}, at.clock.now() + 1h).token;
  for (int i = 1; i < 100; ++i) at.token({Scope::read_notes});
  CHECK_THROWS_WITH_AS(at.token({Scope::read_notes}),
                       "there are 100 access tokens already: revoke one that is not used", Error);
  at.clock.advance(1h);
  CHECK_NOTHROW(at.token({Scope::read_notes}));
  CHECK(at.tokens.list(at.other.user).front() == expiring);
}

TEST_CASE("an open gate takes everybody for the local user") {
  const auto gate = api::Gate::open();
  http::Request request;
  request.headers.add("Authorization", "Bearer nonsense");
  for (const auto access : {Access::everybody, Access::read_notes, Access::write_notes}) {
    const auto response =
        gate.guard({AccountsFixture<Sqlite>::row(access)}).front().handler(request);
    CHECK(response.status == 200);
    CHECK(response.body == "00000000-0000-7000-8000-000000000001");
  }
}

TEST_CASE("a guarded route cannot run where it would hold up the network") {
  auto row = AccountsFixture<Sqlite>::row(Access::read_notes);
  row.runs = http::Runs::inline_;
  CHECK_THROWS_WITH_AS(api::Gate::open().guard({row}), "the route who is guarded and runs inline",
                       Error);
}

TEST_CASE_TEMPLATE("several requests are let in together as each would be by itself", Backend,
                   Sqlite, Postgres) {
  AccountsFixture<Backend> at;
  auto row = at.row(Access::read_notes);
  row.gathering = std::make_shared<const api::Gathering>(
      api::Gathering{.name = "test", .handler = [](std::span<const api::Admitted> admitted) {
                       std::vector<http::Outcome> outcomes;
                       for (const auto& each : admitted) {
                         outcomes.emplace_back(http::respond(
                             200, "text/plain", "together " + to_string(each.caller.actor.user)));
                       }
                       return outcomes;
                     }});
  telemetry::Metrics metrics;
  http::RateLimiter limiter("user", {.requests = 2, .period = 1h}, metrics);
  const auto gate = api::Gate::required(at.authenticator, {}, &limiter);
  const auto routes = gate.guard({row});
  REQUIRE(routes.front().lane);

  const auto reading = "Bearer " + at.token({Scope::read_notes}).text;
  const auto writing = "Bearer " + at.token({Scope::write_notes}).text;
  std::vector<http::Request> requests(7);
  requests[0].headers.add("Authorization", reading);
  requests[1].headers.add("Authorization", writing);
  requests[2].headers.add("Authorization", "Bearer notes_pat_00000000000000000000000000000045sOlK");
  requests[4].headers.add("Authorization", reading);
  requests[5].headers.add("Authorization", reading);
  requests[6].headers.add("Authorization", reading);
  requests[6].headers.add("Authorization", reading);
  std::vector<http::Arrival> arrivals;
  for (const auto& request : requests) arrivals.push_back({routes.front(), request});
  const auto outcomes = routes.front().lane->handler(arrivals);
  REQUIRE(outcomes.size() == requests.size());

  const auto status = [&](std::size_t n) { return std::get<http::Response>(outcomes[n]).status; };
  CHECK(std::get<http::Response>(outcomes[0]).body == std::string("together ") + kOther);
  CHECK(status(1) == 403);
  CHECK(status(2) == 401);
  CHECK(status(4) == 200);
  CHECK(status(5) == 429);
  // What is rare is looked at by itself: no credentials, and credentials twice.
  CHECK(std::get<http::Alone>(outcomes[3])().status == 401);
  CHECK(std::get<http::Alone>(outcomes[6])().status == 400);
}

}  // namespace notes
