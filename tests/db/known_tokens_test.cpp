#include "service/known_tokens.hpp"

#include <chrono>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "db/accounts_fixture.hpp"
#include "service/authenticator.hpp"
#include "store/accounts.hpp"

namespace notes {
namespace {

using namespace std::chrono_literals;
using domain::Scope;
using tests::AccountsFixture;
using tests::Postgres;
using tests::Sqlite;

template <typename Condition>
bool eventually(Condition reached) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!reached()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

/// A server beside the one of the fixture, which knows what it has looked up.
template <typename Backend>
struct Beside : AccountsFixture<Backend> {
  Beside() {
    if constexpr (Backend::kEngine == db::Engine::postgresql) {
      REQUIRE(eventually([&] { return known.listens(); }));
    }
  }

  config::DatabaseSettings settings = tests::database_settings(this->open.backend.url());
  service::KnownTokens known{this->open.database.url(), settings, this->open.quiet.logger};
  service::LastUse uses{this->open.database, this->open.quiet.logger};
  service::Authenticator elsewhere{this->open.database, this->clock, uses, 24h, &known};
};

}  // namespace

TEST_CASE_TEMPLATE("a token that is revoked elsewhere is none here as soon as that is heard",
                   Backend, Sqlite, Postgres) {
  Beside<Backend> at;
  const auto token = at.token({Scope::read_notes});
  REQUIRE(at.elsewhere.by_token(token.text));
  at.tokens.revoke(token.token.id, at.other.user);
  CHECK(eventually([&] { return !at.elsewhere.by_token(token.text); }));
}

TEST_CASE_TEMPLATE("who is given another role, or deactivated, is known anew", Backend, Sqlite,
                   Postgres) {
  Beside<Backend> at;
  const auto token = at.token({Scope::read_notes});
  CHECK(at.elsewhere.by_token(token.text)->actor.role == domain::Role::member);
  at.open.database.transact([&](db::Session& session) {
    store::set_role(session, at.other.user, domain::Role::admin, at.clock.now());
  });
  CHECK(eventually(
      [&] { return at.elsewhere.by_token(token.text)->actor.role == domain::Role::admin; }));
  at.open.database.transact([&](db::Session& session) {
    store::set_deactivated(session, at.other.user, at.clock.now(), at.clock.now());
  });
  CHECK(eventually([&] { return !at.elsewhere.by_token(token.text); }));
}

TEST_CASE_TEMPLATE("what was forgotten meanwhile is not kept", Backend, Sqlite, Postgres) {
  Beside<Backend> at;
  const bool listens = Backend::kEngine == db::Engine::postgresql;
  const store::HeldToken held{.token = at.token({Scope::read_notes}).token};
  CHECK_FALSE(at.known.find("digest"));
  const auto before = at.known.changes();
  at.known.forget();
  at.known.keep("digest", held, before);
  CHECK_FALSE(at.known.find("digest"));
  at.known.keep("digest", held, at.known.changes());
  CHECK(at.known.find("digest").has_value() == listens);
  at.known.forget();
  CHECK_FALSE(at.known.find("digest"));
}

TEST_CASE_TEMPLATE("a known token that has expired is none", Backend, Sqlite, Postgres) {
  Beside<Backend> at;
  const auto token = at.token({Scope::read_notes}, at.clock.now() + 1s);
  CHECK(at.elsewhere.by_token(token.text));
  at.clock.advance(1s);
  CHECK_FALSE(at.elsewhere.by_token(token.text));
}

TEST_CASE("a known token costs no look, and nothing is known while nothing can be heard") {
  Beside<Postgres> at;
  const auto token = at.token({Scope::read_notes});
  const auto held = at.elsewhere.by_token(token.text);
  REQUIRE(held);
  const auto url = at.open.backend.url();
  tests::execute(url, {"ALTER TABLE access_tokens RENAME TO hidden"});
  CHECK(at.elsewhere.by_token(token.text)->actor.user == at.other.user);
  tests::execute(url, {"SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                       "WHERE query LIKE 'LISTEN%' AND datname = current_database()"});
  CHECK(eventually([&] {
    try {
      return !at.elsewhere.by_token(token.text);
    } catch (const Error&) {
      return true;  // it was looked up, where there is nothing now
    }
  }));
  tests::execute(url, {"ALTER TABLE hidden RENAME TO access_tokens"});
  CHECK(eventually([&] { return at.known.listens(); }));
  CHECK(at.elsewhere.by_token(token.text));
}

}  // namespace notes
