#include <atomic>
#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include "api/session_handlers.hpp"
#include "db/accounts_fixture.hpp"
#include "identity/digest.hpp"
#include "identity/password.hpp"
#include "store/users.hpp"

namespace notes {
namespace {

using namespace std::chrono_literals;
using api::Access;
using tests::AccountsFixture;
using tests::Postgres;
using tests::Sqlite;

constexpr auto kEmail = "anna@example.org";
constexpr auto kPassword = "correct horse battery";
constexpr auto kAnother = "staple of the stable";

/// Anna has an account with a password.
template <typename Backend>
struct SessionsFixture : AccountsFixture<Backend> {
  using Base = AccountsFixture<Backend>;

  std::string log_in() {
    const auto made = Base::logins.login(kEmail, kPassword);
    REQUIRE(made);
    return made->text;
  }

  int status(const std::string& text, Access access = Access::users) {
    http::Headers headers;
    headers.add("Cookie", "__Host-session=" + text);
    return Base::call(access, headers).status;
  }

  domain::User anna = Base::users.create({.email = kEmail, .display_name = "Anna"}, kPassword);
};

}  // namespace

TEST_CASE_TEMPLATE("a password begins a session, which opens what its user may do", Backend, Sqlite,
                   Postgres) {
  SessionsFixture<Backend> at;
  const auto made = at.logins.login(" Anna@EXAMPLE.org", kPassword);
  REQUIRE(made);
  CHECK(made->user.id == at.anna.id);
  CHECK(made->session.expires_at == at.clock.now() + at.kSessionLifetime);
  for (const auto access :
       {Access::users, Access::read_notes, Access::write_notes, Access::persons}) {
    CHECK(at.status(made->text, access) == 200);
  }
  CHECK(at.users.get(at.anna.id).last_login_at == at.clock.now());
  CHECK(at.value("SELECT token_sha256 FROM sessions") == identity::sha256(made->text));
  CHECK(at.log_in() != made->text);
}

TEST_CASE_TEMPLATE("nobody else gets in", Backend, Sqlite, Postgres) {
  SessionsFixture<Backend> at;
  struct Attempt {
    std::string email;
    std::string password;
  };
  for (const auto& [email, password] :
       {Attempt{kEmail, "correct horse batterz"}, Attempt{kEmail, ""},
        Attempt{kEmail, std::string(kPassword) + std::string(1, '\0')},
        Attempt{kEmail, std::string(1025, 'x')}, Attempt{kEmail, "\xff"},
        Attempt{"nobody@example.org", kPassword}, Attempt{"%", kPassword}, Attempt{"", ""},
        Attempt{"anna@example.org' --", kPassword}, Attempt{"\xff", kPassword},
        Attempt{"other@example.org", kPassword}, Attempt{"other@example.org", ""},
        Attempt{"local@localhost", ""}}) {
    CAPTURE(email);
    CAPTURE(password.size());
    CHECK_FALSE(at.logins.login(email, password));
  }
  CHECK(at.value("SELECT CAST(COUNT(*) AS TEXT) FROM sessions") == "0");
  CHECK(at.users.get(at.anna.id).last_login_at == std::nullopt);
  at.users.deactivate(at.anna.id);
  CHECK_FALSE(at.logins.login(kEmail, kPassword));
}

TEST_CASE_TEMPLATE("a session ends when it has been idle, and in any case in the end", Backend,
                   Sqlite, Postgres) {
  SessionsFixture<Backend> at;
  const auto idle = at.log_in();
  at.clock.advance(1h - 1us);
  CHECK(at.status(idle) == 200);
  at.clock.advance(1us);
  at.last_use.reset();  // writes the use of a microsecond ago
  at.last_use.emplace(at.open.database, at.open.quiet.logger);
  CHECK(at.status(idle) == 200);
  const auto unused = at.log_in();
  at.clock.advance(1h);
  CHECK(at.status(unused) == 401);

  const auto busy = at.log_in();
  for (int minutes = 30; minutes < 24 * 60; minutes += 30) {
    at.clock.advance(30min);
    at.last_use.reset();
    at.last_use.emplace(at.open.database, at.open.quiet.logger);
    CHECK(at.status(busy) == 200);
  }
  at.last_use.reset();
  at.last_use.emplace(at.open.database, at.open.quiet.logger);
  at.clock.advance(30min - 1us);
  CHECK(at.status(busy) == 200);
  at.clock.advance(1us);
  CHECK(at.status(busy) == 401);
}

TEST_CASE_TEMPLATE("what is no session's text is told apart by nobody", Backend, Sqlite, Postgres) {
  SessionsFixture<Backend> at;
  const auto good = at.log_in();
  const auto sha256 = identity::sha256(good);
  for (const auto& text :
       {std::string(), good.substr(1), good + "x", "\"" + good + "\"", std::string(43, 'A'), sha256,
        std::string(30'000, 'a'), good.substr(0, 42) + "'"}) {
    CAPTURE(text);
    CHECK(at.status(text) == 401);
  }
  CHECK(at.status(good) == 200);
}

TEST_CASE_TEMPLATE("logging out ends one session, a new password all of them", Backend, Sqlite,
                   Postgres) {
  SessionsFixture<Backend> at;
  const auto first = at.log_in();
  const auto second = at.log_in();
  const auto caller = at.authenticator.by_session(first);
  REQUIRE(caller);
  at.logins.logout(std::get<domain::SessionId>(*caller->credential));
  CHECK(at.status(first) == 401);
  CHECK(at.status(second) == 200);

  CHECK_FALSE(at.logins.change_password(at.anna.id, "wrong horse battery", kAnother));
  CHECK(at.status(second) == 200);
  CHECK_THROWS_AS(at.logins.change_password(at.anna.id, kPassword, "short"), Error);
  CHECK(at.logins.change_password(at.anna.id, kPassword, kAnother));
  CHECK(at.status(second) == 401);
  CHECK_FALSE(at.logins.login(kEmail, kPassword));
  CHECK(at.logins.login(kEmail, kAnother));

  const auto third = at.logins.login(kEmail, kAnother)->text;
  at.users.set_password(at.anna.id, kPassword);
  CHECK(at.status(third) == 401);
  const auto fourth = at.log_in();
  at.users.deactivate(at.anna.id);
  CHECK(at.status(fourth) == 401);
}

TEST_CASE_TEMPLATE("a hash made at another cost is made anew at the next login", Backend, Sqlite,
                   Postgres) {
  SessionsFixture<Backend> at;
  const auto hash = [&] {
    return at.value("SELECT password_hash FROM users WHERE email = 'anna@example.org'").value();
  };
  const auto before = hash();
  at.log_in();
  CHECK(hash() == before);
  identity::PasswordDesk dearer({.cost = {.memory_bytes = 128 * 1024, .passes = 2}},
                                at.open.quiet.metrics);
  service::Logins logins(at.open.database, at.clock, dearer, 24h);
  CHECK_FALSE(logins.login(kEmail, kAnother));
  CHECK(hash() == before);
  CHECK(logins.login(kEmail, kPassword));
  CHECK(hash().starts_with("$argon2id$v=19$m=128,t=2,p=1$"));
  CHECK(logins.login(kEmail, kPassword));
}

TEST_CASE_TEMPLATE("another site's page cannot use a session, nor an open server", Backend, Sqlite,
                   Postgres) {
  SessionsFixture<Backend> at;
  http::Request request;
  request.method = http::Method::post;
  request.headers.add("Cookie", "__Host-session=" + at.log_in());
  const auto answer = [&](const api::Gate& gate, Access access) {
    return gate.guard({at.row(access)}).front().handler(request).status;
  };
  CHECK(answer(at.gate, Access::write_notes) == 200);
  request.headers.add("Sec-Fetch-Site", "cross-site");
  CHECK(answer(at.gate, Access::write_notes) == 403);
  CHECK(answer(at.gate, Access::strangers) == 403);
  CHECK(answer(api::Gate::open(), Access::write_notes) == 403);
  CHECK(answer(api::Gate::open(), Access::everybody) == 200);
  request.headers.add("Authorization", "Bearer " + at.token({domain::Scope::write_notes}).text);
  CHECK(answer(at.gate, Access::write_notes) == 200);
}

TEST_CASE_TEMPLATE("a token does not do what a person is asked for", Backend, Sqlite, Postgres) {
  SessionsFixture<Backend> at;
  const auto field = "Bearer " + at.token(domain::Scopes::every()).text;
  CHECK(at.call(Access::persons, field).status == 403);
  CHECK(at.call(Access::users, field).status == 200);
}

TEST_CASE_TEMPLATE("who logs in, or uses a session, is not deactivated as inactive", Backend,
                   Sqlite, Postgres) {
  SessionsFixture<Backend> at;
  const auto inactive = [&](Timestamp cutoff) {
    return at.open.database.read(
        [&](db::Session& session) { return store::count_inactive_users(session, cutoff, {}); });
  };
  at.clock.advance(24h * 100);
  const auto cutoff = at.clock.now();
  CHECK(inactive(cutoff) == 2);  // Anna and the other one
  at.log_in();
  CHECK(inactive(cutoff) == 1);
}

}  // namespace notes
