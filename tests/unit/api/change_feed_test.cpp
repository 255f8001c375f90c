#include "api/change_feed.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using notes::Error;
using notes::ErrorCode;
using notes::Timestamp;
using notes::Violation;
using notes::api::answer_changes;
using notes::api::read_change_query;
using notes::domain::NoteId;
using notes::http::Parameters;
using notes::http::Request;
using notes::service::ChangePage;
using notes::service::FeedBroken;

namespace {

Request with_query(Parameters query) {
  Request request;
  request.path = "/api/v1/notes/changes";
  request.query = std::move(query);
  return request;
}

std::vector<Violation> violations_of(Parameters query) {
  try {
    read_change_query(with_query(std::move(query)));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid);
    return error.violations();
  }
  return {};
}

}  // namespace

TEST_CASE("changes are asked for from a number on, and from nothing unless it is said") {
  const auto plain = read_change_query(with_query({}));
  CHECK(plain.since == 0);
  CHECK(plain.limit == 50);
  CHECK_FALSE(plain.base.has_value());
  const auto full = read_change_query(
      with_query({{"since", "9223372036854775807"}, {"limit", "200"}, {"base", "0"}}));
  CHECK(full.since == 9'223'372'036'854'775'807);
  CHECK(full.limit == 200);
  CHECK(full.base == 0);
}

TEST_CASE("what is no number of a change is refused by its name") {
  const std::string rule = "must be a whole number, 0 or greater";
  for (const std::string text :
       {"-1", "", "9223372036854775808", "1.5", "0x1", " 1", "+1", "1e3"}) {
    CAPTURE(text);
    CHECK(violations_of({{"since", text}}) ==
          std::vector<Violation>{{"since", "out_of_range", rule}});
    CHECK(violations_of({{"base", text}}) ==
          std::vector<Violation>{{"base", "out_of_range", rule}});
  }
  CHECK(violations_of({{"limit", "201"}}) ==
        std::vector<Violation>{{"limit", "out_of_range", "must be a whole number from 1 to 200"}});
  CHECK(violations_of({{"sinse", "1"}}) ==
        std::vector<Violation>{
            {"sinse", "unknown",
             "is not a parameter of the feed of changes (did you mean 'since'?)"}});
  CHECK(violations_of({{"since", "1"}, {"since", "2"}}) ==
        std::vector<Violation>{{"since", "repeated", "must stand once"}});
}

TEST_CASE("a page of changes has its entries, and leads on by its link") {
  ChangePage page;
  const auto id = *NoteId::parse("019aa5e4-2f1c-7abc-8def-0123456789ab");
  notes::domain::Note note;
  note.id = id;
  note.title = "t";
  page.changes.push_back({.sequence = 41, .id = id, .note = note});
  page.changes.push_back({.sequence = 44, .id = id});
  page.next = 44;
  const std::string items =
      R"({"items":[{"sequence":41,"id":"019aa5e4-2f1c-7abc-8def-0123456789ab","note":)"
      R"({"id":"019aa5e4-2f1c-7abc-8def-0123456789ab","title":"t","body":"","tags":[],)"
      R"("pinned":false,"archived":false,"created_at":"1970-01-01T00:00:00.000000Z",)"
      R"("updated_at":"1970-01-01T00:00:00.000000Z","deleted_at":null,"version":1}},)"
      R"({"sequence":44,"id":"019aa5e4-2f1c-7abc-8def-0123456789ab","note":null}],"next":44,)";
  const auto request = with_query({{"since", "40"}, {"limit", "2"}});
  const auto last = answer_changes(request, page);
  CHECK(last.body == items + R"("has_more":false})");
  CHECK_FALSE(last.headers.find("Link").has_value());

  page.has_more = true;
  page.base = 90;
  const auto more = answer_changes(request, page);
  CHECK(more.body == items + R"("has_more":true,"base":90})");
  CHECK(more.headers.find("Link") ==
        "</api/v1/notes/changes?limit=2&since=44&base=90>; rel=\"next\"");
}

TEST_CASE("a feed that does not lead on is gone, and says how to begin anew") {
  const auto gone = answer_changes(with_query({{"since", "3"}}), FeedBroken{.first = 7, .last = 9});
  CHECK(gone.status == 410);
  CHECK(gone.headers.find("Content-Type") == "application/problem+json");
  CHECK(gone.body ==
        R"({"type":"/problems/feed-broken","title":"Gone","status":410,"detail":)"
        R"("the feed of changes can be read from 7 to 9, or from 0: drop what is held and begin )"
        R"(anew, with since=0","instance":"/api/v1/notes/changes"})");
}
