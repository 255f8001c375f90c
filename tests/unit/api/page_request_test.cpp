#include "api/page_request.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"

using notes::Error;
using notes::ErrorCode;
using notes::Timestamp;
using notes::Violation;
using notes::api::next_link;
using notes::api::note_field;
using notes::api::PageRequest;
using notes::domain::Actor;
using notes::domain::Bodies;
using notes::domain::NoteFilter;
using notes::domain::NoteId;
using notes::domain::NotePosition;
using notes::domain::NoteSort;
using notes::http::Parameters;
using notes::http::Request;
using notes::identity::TokenSigner;

namespace {

const TokenSigner kSigner("secret", "cursor");
const Actor kMe;

Request with_query(Parameters query) {
  Request request;
  request.path = "/api/v1/notes";
  request.query = std::move(query);
  return request;
}

PageRequest read(Parameters query, const Actor& actor = kMe) {
  return PageRequest::from(with_query(std::move(query)), actor, kSigner);
}

Error error_of(Parameters query, const Actor& actor = kMe) {
  try {
    read(std::move(query), actor);
  } catch (const Error& error) {
    return error;
  }
  FAIL("accepted");
  return {ErrorCode::internal, ""};
}

}  // namespace

TEST_CASE("a page has fifty notes unless 1 to 200 are asked for") {
  CHECK(read({}).query.limit == 50);
  CHECK(read({{"limit", "1"}}).query.limit == 1);
  CHECK(read({{"limit", "200"}}).query.limit == 200);
  for (const std::string text :
       {"0", "201", "-1", "", "ten", "1.5", "5 ", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK(
        error_of({{"limit", text}}).violations() ==
        std::vector<Violation>{{"limit", "out_of_range", "must be a whole number from 1 to 200"}});
  }
}

TEST_CASE("order, filters and fields are read") {
  const auto plain = read({});
  CHECK(plain.query.sort == NoteSort::created);
  CHECK(plain.query.filter == NoteFilter{});
  CHECK(plain.query.bodies == Bodies::read);
  CHECK(plain.fields.all());
  CHECK(plain.totals == notes::service::Totals::left_out);

  const auto page = read({{"sort", "title"},
                          {"tag", " WORK"},
                          {"pinned", "true"},
                          {"archived", "false"},
                          {"trashed", "true"},
                          {"created_from", "2026-11-21T11:30:00Z"},
                          {"updated_before", "2026-11-22T00:00:00+09:00"},
                          {"fields", "id,version"},
                          {"include_total", "true"}});
  CHECK(page.query.sort == NoteSort::title);
  CHECK(page.query.filter ==
        NoteFilter{.tag = "work",
                   .pinned = true,
                   .archived = false,
                   .trashed = true,
                   .created_from = Timestamp::parse("2026-11-21T11:30:00Z"),
                   .updated_before = Timestamp::parse("2026-11-21T15:00:00Z")});
  CHECK(page.query.bodies == Bodies::left_out);
  CHECK(page.fields.count() == 2);
  CHECK(page.fields.test(*note_field("version")));
  CHECK(page.totals == notes::service::Totals::counted);
  CHECK(read({{"fields", "body"}}).query.bodies == Bodies::read);
}

TEST_CASE("every parameter that is wrong is named") {
  CHECK(error_of({{"pined", "true"},
                  {"limit", "1"},
                  {"limit", "2"},
                  {"sort", "created_at"},
                  {"tag", " "},
                  {"pinned", "1"},
                  {"created_from", "yesterday"},
                  {"fields", "id,bod"}})
            .violations() ==
        std::vector<Violation>{
            {"pined", "unknown", "is not a parameter of a list of notes (did you mean 'pinned'?)"},
            {"limit", "repeated", "must stand once"},
            {"sort", "unknown", "must be -created_at, -updated_at or title"},
            {"tag", "too_short", "must have 1 to 50 characters, is blank"},
            {"pinned", "not_a_switch", "must be true or false"},
            {"created_from", "not_a_time",
             "must be a time as RFC 3339 writes it, such as 2026-11-21T11:30:00Z"},
            {"fields", "unknown", "'bod' is not a member of a note (did you mean 'body'?)"}});
}

TEST_CASE("a cursor leads back to its position, in the same list of the same actor only") {
  const NotePosition place{"Über \n alles", *NoteId::parse("019aa5e4-2f1c-7abc-8def-0123456789ab")};
  const Parameters asked{{"sort", "title"}, {"tag", "work"}, {"pinned", "true"}};
  const auto cursor = read(asked).cursor_of(place, kMe, kSigner);
  auto with = [&](Parameters query) {
    query.emplace_back("cursor", cursor);
    return query;
  };
  CHECK(read(with(asked)).query.after == place);
  // The same list, said in another way.
  CHECK(read(with({{"tag", "WORK "},
                   {"pinned", "true"},
                   {"sort", "title"},
                   {"limit", "3"},
                   {"fields", "id"},
                   {"trashed", "false"}}))
            .query.after == place);
  for (const auto& other : std::vector<Parameters>{
           {},
           {{"sort", "title"}},
           {{"sort", "-created_at"}, {"tag", "work"}, {"pinned", "true"}},
           {{"sort", "title"}, {"tag", "home"}, {"pinned", "true"}},
           {{"sort", "title"}, {"tag", "work"}, {"pinned", "false"}},
           {{"sort", "title"}, {"tag", "work"}, {"archived", "true"}},
           {{"sort", "title"}, {"tag", "work"}, {"pinned", "true"}, {"trashed", "true"}},
           {{"sort", "title"},
            {"tag", "work"},
            {"pinned", "true"},
            {"created_from", "2026-11-21T11:30:00Z"}}}) {
    CHECK(error_of(with(other)).code() == ErrorCode::malformed);
  }
  const Actor somebody{*notes::domain::UserId::parse("00000000-0000-7000-8000-000000000002")};
  CHECK(error_of(with(asked), somebody).code() == ErrorCode::malformed);
}

TEST_CASE("what is no cursor is malformed") {
  CHECK(error_of({{"cursor", "made-up"}}).code() == ErrorCode::malformed);
  CHECK(error_of({{"cursor", ""}}).code() == ErrorCode::malformed);
  // Signed by us for this very list, but its key is no time.
  const NotePosition nonsense{"yesterday", NoteId()};
  const auto cursor = read({}).cursor_of(nonsense, kMe, kSigner);
  CHECK(error_of({{"cursor", cursor}}).code() == ErrorCode::malformed);
}

TEST_CASE("the link to the next page repeats the request with another cursor") {
  const auto request = with_query({{"tag", "a&b 회"}, {"cursor", "old"}, {"limit", "2"}});
  CHECK(next_link(request, "new-_") ==
        "</api/v1/notes?tag=a%26b%20%ED%9A%8C&limit=2&cursor=new-_>; rel=\"next\"");
}
