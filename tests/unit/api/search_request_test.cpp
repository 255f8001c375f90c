#include "api/search_request.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "api/search_json.hpp"
#include "base/error.hpp"

using notes::Error;
using notes::ErrorCode;
using notes::api::note_field;
using notes::api::PageRequest;
using notes::api::SearchRequest;
using notes::domain::Actor;
using notes::domain::NotePosition;
using notes::domain::SearchQuery;
using notes::http::Parameters;
using notes::http::Request;
using notes::identity::TokenSigner;

namespace {

const TokenSigner kSigner("secret", "cursor");
const Actor kMe;

Request with_query(Parameters query) {
  Request request;
  request.path = "/api/v1/notes/search";
  request.query = std::move(query);
  return request;
}

SearchRequest read(Parameters query) {
  return SearchRequest::from(with_query(std::move(query)), kMe, kSigner);
}

Error error_of(Parameters query) {
  try {
    read(std::move(query));
  } catch (const Error& error) {
    return error;
  }
  FAIL("accepted");
  return {ErrorCode::internal, ""};
}

std::vector<std::string> codes_of(Parameters query) {
  std::vector<std::string> codes;
  const auto error = error_of(std::move(query));
  for (const auto& violation : error.violations()) {
    codes.push_back(violation.pointer + " " + violation.code);
  }
  return codes;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("a search has a query, the filters of a list, and no body unless it is asked for") {
  const auto asked = read({{"q", "milk 회의"}, {"pinned", "true"}, {"limit", "3"}});
  CHECK(asked.search.query == SearchQuery{.wanted = {" milk ", "회의"}});
  CHECK(asked.search.filter == notes::domain::NoteFilter{.pinned = true});
  CHECK(asked.search.limit == 3);
  CHECK(!asked.search.after);
  CHECK(!asked.page.fields.test(*note_field("body")));
  CHECK(asked.page.fields.count() == 9);
  CHECK(read({{"q", "milk"}, {"fields", "id,body"}}).page.fields.test(*note_field("body")));
}

TEST_CASE("what is wrong with a search is named") {
  CHECK(codes_of({}) == Codes{"q required"});
  CHECK(codes_of({{"q", ""}}) == Codes{"q nothing_to_find"});
  CHECK(codes_of({{"q", "a"}, {"q", "b"}}) == Codes{"q repeated"});
  CHECK(codes_of({{"q", "-a"}, {"sort", "title"}, {"include_total", "true"}}) ==
        Codes{"sort unknown", "include_total unknown", "q nothing_to_find"});
  CHECK(codes_of({{"q", "a"}, {"limit", "0"}, {"x", "y"}}) ==
        Codes{"x unknown", "limit out_of_range"});
}

TEST_CASE("a cursor leads on in the same search only") {
  const NotePosition place{"2026-11-21T11:30:00.123456Z",
                           *notes::domain::NoteId::parse("019aa5e4-2f1c-7abc-8def-0123456789ab")};
  const auto cursor = read({{"q", "milk"}}).page.cursor_of(place, kMe, kSigner);
  CHECK(read({{"q", "milk"}, {"cursor", cursor}}).search.after == place);
  CHECK(error_of({{"q", "bread"}, {"cursor", cursor}}).code() == ErrorCode::malformed);
  CHECK(error_of({{"q", "milk"}, {"pinned", "true"}, {"cursor", cursor}}).code() ==
        ErrorCode::malformed);
  Request list;
  list.query = {{"cursor", cursor}};
  CHECK_THROWS_AS(PageRequest::from(list, kMe, kSigner), Error);
  const auto of_list = PageRequest::from({}, kMe, kSigner).cursor_of(place, kMe, kSigner);
  CHECK(error_of({{"q", "milk"}, {"cursor", of_list}}).code() == ErrorCode::malformed);
}

TEST_CASE("what was found is written as text in segments") {
  notes::service::FoundPage page;
  auto& found = page.items.emplace_back();
  found.note.title = "<b>Milk</b>";
  found.title = {{"<b>", false}, {"Milk", true}, {"</b>", false}};
  notes::api::NoteFields fields;
  fields.set(*note_field("title"));
  CHECK(notes::api::to_json(page, "next", fields) ==
        R"({"items":[{"note":{"title":"<b>Milk</b>"},"title":[{"text":"<b>","match":false},)"
        R"({"text":"Milk","match":true},{"text":"</b>","match":false}],"excerpt":[]}],)"
        R"("next_cursor":"next"})");
}
