#include "service/users.hpp"

#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "db/accounts_fixture.hpp"

namespace notes {
namespace {

using domain::Role;
using domain::Scope;
using domain::User;
using tests::AccountsFixture;
using tests::Postgres;
using tests::Sqlite;

constexpr auto kPassword = "correct horse battery";

}  // namespace

TEST_CASE_TEMPLATE("a user is made once, under an address in one spelling", Backend, Sqlite,
                   Postgres) {
  AccountsFixture<Backend> at;
  const auto anna = at.users.create(
      {.email = " Anna@Example.org", .display_name = "Anna", .role = Role::admin}, kPassword);
  CHECK(anna.email == "anna@example.org");
  CHECK(at.users.find("ANNA@example.ORG") == anna);
  CHECK(at.users.get(anna.id) == anna);
  CHECK(anna.created_at == at.clock.now());
  CHECK_THROWS_WITH_AS(at.users.create({.email = "aNNa@example.org", .display_name = "x"}, {}),
                       "there is a user anna@example.org already", Error);
  CHECK_THROWS_WITH_AS(at.users.find("nobody@example.org"), "there is no user nobody@example.org",
                       Error);
  CHECK_THROWS_AS(at.users.find("%@example.org"), Error);
  CHECK_THROWS_AS(at.users.find("____@example.org"), Error);
}

TEST_CASE_TEMPLATE("of eight that make the same user at once one succeeds", Backend, Sqlite,
                   Postgres) {
  AccountsFixture<Backend> at;
  constexpr int kCallers = 8;
  std::latch start(kCallers);
  std::atomic<int> made = 0;
  std::atomic<int> conflicts = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&] {
        start.arrive_and_wait();
        try {
          at.users.create({.email = "anna@example.org", .display_name = "Anna"}, {});
          ++made;
        } catch (const Error& error) {
          if (error.code() == ErrorCode::conflict) ++conflicts;
        }
      });
    }
  }
  CHECK(made == 1);
  CHECK(conflicts == kCallers - 1);
  CHECK(at.value("SELECT CAST(COUNT(*) AS TEXT) FROM users WHERE email = 'anna@example.org'") ==
        "1");
}

TEST_CASE_TEMPLATE("of a password only its hash is kept", Backend, Sqlite, Postgres) {
  AccountsFixture<Backend> at;
  at.users.create({.email = "anna@example.org", .display_name = "Anna"}, kPassword);
  const auto hash = at.value("SELECT password_hash FROM users WHERE email = 'anna@example.org'");
  REQUIRE(hash);
  CHECK(hash->starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
  CHECK(identity::verify_password(*hash, kPassword));
  at.users.create({.email = "bot@example.org", .display_name = "Bot"}, {});
  CHECK(at.value("SELECT password_hash FROM users WHERE email = 'bot@example.org'") ==
        std::nullopt);
}

TEST_CASE_TEMPLATE("a user that breaks rules is refused with all of them, and not made", Backend,
                   Sqlite, Postgres) {
  AccountsFixture<Backend> at;
  try {
    at.users.create({.email = "anna", .display_name = ""}, "short");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid);
    REQUIRE(error.violations().size() == 3);
    CHECK(error.violations()[0].pointer == "/email");
    CHECK(error.violations()[1].pointer == "/display_name");
    CHECK(error.violations()[2].detail == "must have at least 12 characters, has 5");
  }
  CHECK(at.value("SELECT CAST(COUNT(*) AS TEXT) FROM users") == "2");
}

TEST_CASE_TEMPLATE("users are listed in the order they were made, a page at a time", Backend,
                   Sqlite, Postgres) {
  AccountsFixture<Backend> at;
  const auto zoe = at.users.create({.email = "zoe@example.org", .display_name = "Zoe"}, {});
  const auto anna = at.users.create({.email = "anna@example.org", .display_name = "Anna"}, {});
  const auto first = at.users.list({}, 3);
  REQUIRE(first.size() == 3);
  CHECK(first[0].email == "local@localhost");
  CHECK(first[1].email == "other@example.org");
  CHECK(first[2] == zoe);
  CHECK(at.users.list(zoe.id, 3) == std::vector{anna});
  CHECK(at.users.list(anna.id, 3).empty());
}

TEST_CASE_TEMPLATE("who is deactivated has no token and no session left", Backend, Sqlite,
                   Postgres) {
  AccountsFixture<Backend> at;
  const auto field = "Bearer " + at.token({Scope::read_notes}).text;
  CHECK(at.call(api::Access::read_notes, field).status == 200);

  const auto gone = at.users.deactivate(at.other.user);
  CHECK(gone.deactivated_at == at.clock.now());
  CHECK(at.call(api::Access::read_notes, field).status == 401);

  const auto back = at.users.activate(at.other.user);
  CHECK(back.deactivated_at == std::nullopt);
  CHECK(at.call(api::Access::read_notes, field).status == 401);
  CHECK(at.tokens.list(at.other.user).empty());
  CHECK_THROWS_AS(at.users.deactivate(domain::UserId::make(at.clock.now())), Error);
}

TEST_CASE_TEMPLATE("a role is granted and goes with the next request", Backend, Sqlite, Postgres) {
  AccountsFixture<Backend> at;
  const auto token = at.token({Scope::read_notes}).text;
  CHECK(at.authenticator.by_token(token)->actor.role == Role::member);
  CHECK(at.users.grant(at.other.user, Role::admin).role == Role::admin);
  CHECK(at.authenticator.by_token(token)->actor.role == Role::admin);
}

}  // namespace notes
