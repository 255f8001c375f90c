#include "api/page_request.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"

using notes::Error;
using notes::Timestamp;
using notes::Violation;
using notes::api::cursor_of;
using notes::api::PageRequest;
using notes::domain::Actor;
using notes::domain::NoteId;
using notes::domain::NotePosition;
using notes::http::Request;
using notes::identity::TokenSigner;

namespace {

const TokenSigner kSigner("secret", "cursor");

Request with_query(notes::http::Parameters query) {
  Request request;
  request.query = std::move(query);
  return request;
}

std::vector<Violation> violations_of(const Request& request) {
  try {
    PageRequest::from(request, Actor{}, kSigner);
  } catch (const Error& error) {
    return error.violations();
  }
  return {};
}

}  // namespace

TEST_CASE("a page has fifty notes unless 1 to 200 are asked for") {
  CHECK(PageRequest::from(with_query({}), Actor{}, kSigner).limit == 50);
  CHECK(PageRequest::from(with_query({{"limit", "1"}}), Actor{}, kSigner).limit == 1);
  CHECK(PageRequest::from(with_query({{"limit", "200"}}), Actor{}, kSigner).limit == 200);
  for (const std::string text :
       {"0", "201", "-1", "", "ten", "1.5", "5 ", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK(
        violations_of(with_query({{"limit", text}})) ==
        std::vector<Violation>{{"limit", "out_of_range", "must be a whole number from 1 to 200"}});
  }
}

TEST_CASE("a cursor leads back to its position, for the actor it was given to") {
  const NotePosition position{*Timestamp::parse("2026-11-21T11:30:00.123456Z"),
                              *NoteId::parse("019aa5e4-2f1c-7abc-8def-0123456789ab")};
  const Actor me;
  const Actor other{*notes::domain::UserId::parse("00000000-0000-7000-8000-000000000002")};
  const auto cursor = cursor_of(position, me, kSigner);
  CHECK(PageRequest::from(with_query({{"cursor", cursor}}), me, kSigner).after == position);
  CHECK_THROWS_AS(PageRequest::from(with_query({{"cursor", cursor}}), other, kSigner), Error);
}

TEST_CASE("what is no cursor is named beside every other wrong parameter") {
  const auto violations = violations_of(with_query({{"limit", "x"}, {"cursor", "made-up"}}));
  REQUIRE(violations.size() == 2);
  CHECK(violations[0].pointer == "limit");
  CHECK(violations[1].pointer == "cursor");
  CHECK(violations[1].code == "not_a_cursor");
  CHECK(violations_of(with_query({{"cursor", ""}})).size() == 1);
  // Signed by us, but not a position.
  const auto signed_nonsense = kSigner.sign("1:yesterday", to_string(Actor{}.user));
  CHECK(violations_of(with_query({{"cursor", signed_nonsense}})).size() == 1);
}
