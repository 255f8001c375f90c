#include "api/account_reader.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace notes;
using namespace notes::api;

namespace {

std::vector<Violation> refused(const std::function<void()>& read) {
  try {
    read();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid);
    return error.violations();
  }
  FAIL("accepted");
  return {};
}

}  // namespace

TEST_CASE("a login is an address and a password, and nothing else") {
  const auto login = read_login(R"({"password":" p ","email":"a@b"})");
  CHECK(login.email == "a@b");
  CHECK(login.password == " p ");
  CHECK(refused([] { read_login(R"({"email":"a@b","passwort":"hush"})"); }) ==
        std::vector<Violation>{
            {"/passwort", "unknown", "is not a member of a login (did you mean 'password'?)"},
            {"/password", "required", "must be given"}});
  CHECK(refused([] { read_login(R"({"email":7,"password":null})"); }) ==
        std::vector<Violation>{{"/email", "wrong_type", "must be a string, is a number"},
                               {"/password", "wrong_type", "must be a string, is null"}});
  CHECK(refused([] { read_login(R"({"email":"a","password":"b","password":"c"})"); }) ==
        std::vector<Violation>{{"/password", "repeated", "must stand once"}});
  CHECK(refused([] { read_login("[]"); }).at(0).detail == "must be an object, is an array");
  CHECK_THROWS_AS(read_login(R"({"email":"a)"), Error);
}

TEST_CASE("no violation repeats a value") {
  for (const auto& violation : refused([] {
         read_password_change(R"({"current_password":["hush"],"new_password":{"hush":"hush"}})");
       })) {
    CHECK(violation.detail.find("hush") == std::string::npos);
  }
}

TEST_CASE("a token's draft has a name, scopes, and an end or none") {
  const auto draft = read_token_draft(
      R"({"name":"ci","scopes":["notes:write","notes:read"],"expires_at":"2027-01-01T00:00:00Z"})");
  CHECK(draft.name == "ci");
  CHECK(draft.scopes == domain::Scopes{domain::Scope::read_notes, domain::Scope::write_notes});
  CHECK(draft.expires_at == Timestamp::parse("2027-01-01T00:00:00Z"));
  CHECK_FALSE(read_token_draft(R"({"name":"ci","scopes":[],"expires_at":null})").expires_at);
  CHECK(refused(
            [] { read_token_draft(R"({"scopes":["notes:read","all",3],"expires_at":"soon"})"); }) ==
        std::vector<Violation>{{"/scopes/2", "wrong_type", "must be a string, is a number"},
                               {"/scopes/1", "unknown", "must be notes:read, notes:write or admin"},
                               {"/expires_at", "not_a_time",
                                "must be a time as RFC 3339 writes it: 2026-11-21T11:30:00Z"},
                               {"/name", "required", "must be given"}});
}
