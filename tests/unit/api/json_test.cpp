#include "api/json.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"

using notes::Error;
using notes::ErrorCode;
using notes::Timestamp;
using notes::Violation;
using notes::api::read_note_draft;
using notes::api::read_note_patch;
using notes::api::to_json;
using notes::domain::Note;
using notes::domain::NoteId;

namespace {

Note sample() {
  Note note;
  note.id = *NoteId::parse("019aa5e4-2f1c-7abc-8def-0123456789ab");
  note.title = "회의록 \"A\"";
  note.body = "line 1\nline 2\t\x01";
  note.version = 3;
  note.created_at = *Timestamp::parse("2026-11-21T11:30:00.000001Z");
  note.updated_at = *Timestamp::parse("2026-11-21T11:30:01.5Z");
  return note;
}

constexpr auto kSampleJson =
    R"({"id":"019aa5e4-2f1c-7abc-8def-0123456789ab","title":"회의록 \"A\"",)"
    R"("body":"line 1\nline 2\t\u0001","created_at":"2026-11-21T11:30:00.000001Z",)"
    R"("updated_at":"2026-11-21T11:30:01.500000Z","version":3})";

/// The error that reading a draft ends with.
Error draft_error(std::string_view json) {
  try {
    read_note_draft(json);
  } catch (const Error& error) {
    return error;
  }
  FAIL("accepted: " << json);
  return {ErrorCode::internal, ""};
}

}  // namespace

TEST_CASE("a note has these members, in this order, escaped as RFC 8259 asks") {
  CHECK(to_json(sample()) == kSampleJson);
}

TEST_CASE("a page has its items and the next cursor, null on the last page") {
  const notes::service::NotePage page{{sample()}, std::nullopt};
  CHECK(to_json(page, "abc") ==
        std::string("{\"items\":[") + kSampleJson + "],\"next_cursor\":\"abc\"}");
  CHECK(to_json(notes::service::NotePage{}, std::nullopt) == R"({"items":[],"next_cursor":null})");
}

TEST_CASE("readiness lists its checks and is ready when all pass") {
  notes::service::Readiness readiness{{{"database", true, "sqlite"}, {"schema", true, "abc"}}};
  CHECK(to_json(readiness) ==
        R"({"status":"ready","checks":[{"name":"database","status":"pass","detail":"sqlite"},)"
        R"({"name":"schema","status":"pass","detail":"abc"}]})");
  readiness.checks[1].passed = false;
  CHECK(to_json(readiness).starts_with(R"({"status":"unavailable")"));
}

TEST_CASE("a draft is read, with its escapes") {
  const auto draft = read_note_draft(R"({"body":"a\u0000\ud83d\ude00","title":"t\/"})");
  CHECK(draft.title == "t/");
  CHECK(draft.body == std::string("a\0\xF0\x9F\x98\x80", 6));
  CHECK(read_note_draft(R"({"title":"alone"})").body.empty());
}

TEST_CASE("what is no JSON is malformed, and the message has the place") {
  const auto error = draft_error("{\"title\":\n  \"x\",}");
  CHECK(error.code() == ErrorCode::malformed);
  CHECK(std::string(error.what()) ==
        "the body is not JSON: line 2, column 7: Missing a name for object member.");
  for (const std::string_view json : {"", "{", "{'title':1}", R"({"title":"\ud800"})",
                                      "{\"title\":\"\xC3\"}", R"({"title":"a"} x)", "nul"}) {
    CAPTURE(json);
    CHECK(draft_error(json).code() == ErrorCode::malformed);
  }
}

TEST_CASE("a million brackets are refused without a million stack frames") {
  CHECK(draft_error(std::string(1'000'000, '[')).code() == ErrorCode::malformed);
}

TEST_CASE("every member that is wrong is named") {
  CHECK(draft_error(R"({"titel":"x","body":3,"a/b~c":1})").violations() ==
        std::vector<Violation>{
            {"/titel", "unknown", "is not a member of a note (did you mean 'title'?)"},
            {"/body", "wrong_type", "must be a string, is a number"},
            {"/a~1b~0c", "unknown", "is not a member of a note"},
            {"/title", "required", "must be given"}});
  CHECK(draft_error(R"({"title":null})").violations() ==
        std::vector<Violation>{{"/title", "wrong_type", "must be a string, is null"}});
  CHECK(draft_error(R"({"title":"a","title":"b"})").violations() ==
        std::vector<Violation>{{"/title", "repeated", "must stand once"}});
  CHECK(draft_error("[]").violations() ==
        std::vector<Violation>{{"", "wrong_type", "must be an object, is an array"}});
}

TEST_CASE("a thousand wrong members are reported as twenty") {
  std::string json = "{";
  for (int i = 0; i < 1000; ++i) json += "\"m" + std::to_string(i) + "\":1,";
  json.back() = '}';
  CHECK(draft_error(json).violations().size() == 21);  // and the missing title
}

TEST_CASE("a merge patch changes what it names, and removing the body empties it") {
  const auto patch = read_note_patch(R"({"title":"new"})");
  CHECK(patch.title == "new");
  CHECK_FALSE(patch.body.has_value());
  CHECK(read_note_patch(R"({"body":null})").body == "");
  CHECK(read_note_patch("{}").empty());
}

TEST_CASE("a merge patch cannot remove the title") {
  try {
    read_note_patch(R"({"title":null})");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.violations() ==
          std::vector<Violation>{{"/title", "wrong_type", "must be a string, is null"}});
  }
}
