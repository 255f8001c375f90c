#include "domain/scope.hpp"

#include <doctest/doctest.h>

using notes::domain::parse_scope;
using notes::domain::parse_scopes;
using notes::domain::Scope;
using notes::domain::Scopes;

TEST_CASE("scopes are written with blanks between them, in one order") {
  CHECK(to_string(Scopes{}) == "");
  CHECK(to_string(Scopes{Scope::write_notes, Scope::read_notes}) == "notes:read notes:write");
  CHECK(to_string(Scopes::every()) == "notes:read notes:write admin");
}

TEST_CASE("scopes are read in any order, with blanks or commas") {
  const Scopes both{Scope::read_notes, Scope::write_notes};
  CHECK(parse_scopes("notes:write notes:read") == both);
  CHECK(parse_scopes("notes:read,notes:write") == both);
  CHECK(parse_scopes("  notes:read ,, notes:write notes:read ") == both);
  CHECK(parse_scopes("") == Scopes{});
}

TEST_CASE("a name that is no scope's is refused, whatever stands beside it") {
  for (const char* text : {"notes", "notes:read notes:delete", "NOTES:READ", "notes:read\tadmin",
                           "notes:readnotes:write", "admin:"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_scopes(text));
  }
  CHECK_FALSE(parse_scope("notes:read admin"));
}
