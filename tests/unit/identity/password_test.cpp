#include "identity/password.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace notes::identity;

namespace {

constexpr PasswordCost kCheap{.memory_bytes = 64 * 1024, .passes = 1};

}  // namespace

TEST_CASE("hashes that others made are understood") {
  // Of the reference implementation's own tests (phc-winner-argon2, src/test.c).
  for (const char* hash :
       {"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"}) {
    CAPTURE(hash);
    CHECK(verify_password(hash, "password"));
    CHECK_FALSE(verify_password(hash, "Password"));
    CHECK_FALSE(verify_password(hash, ""));
  }
}

TEST_CASE("a hash says what it cost, and is of one password") {
  const PasswordCost standard;
  const auto hash = hash_password("correct horse", standard);
  CHECK(hash.substr(0, 31) == "$argon2id$v=19$m=19456,t=2,p=1$");
  CHECK(verify_password(hash, "correct horse"));
  CHECK_FALSE(verify_password(hash, "correct horsf"));
  CHECK_FALSE(verify_password(hash, "correct horse "));
}

TEST_CASE("the same password is hashed differently each time") {
  CHECK(hash_password("x", kCheap) != hash_password("x", kCheap));
}

TEST_CASE("all of a password counts, and of a kilobyte of it the last byte") {
  const std::string password(1024, 'a');
  const auto hash = hash_password(password, kCheap);
  CHECK(verify_password(hash, password));
  CHECK_FALSE(verify_password(hash, password.substr(1)));
  CHECK_FALSE(verify_password(hash, password.substr(1) + "b"));
}

TEST_CASE("what is no hash is of no password") {
  for (const char* hash :
       {"", "x", "password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$",
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY"}) {
    CAPTURE(hash);
    CHECK_FALSE(verify_password(hash, "password"));
  }
}

TEST_CASE("a hash at another cost is told apart") {
  const auto hash = hash_password("x", kCheap);
  CHECK_FALSE(costs_differently(hash, kCheap));
  CHECK(costs_differently(hash, {.memory_bytes = 128 * 1024, .passes = 1}));
  CHECK(costs_differently(hash, {.memory_bytes = 64 * 1024, .passes = 2}));
}
