#include "api/note_reader.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"

using notes::Error;
using notes::ErrorCode;
using notes::Violation;
using notes::api::read_note_draft;
using notes::api::read_note_patch;

namespace {

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

TEST_CASE("a draft is read, with its escapes") {
  const auto draft = read_note_draft(R"({"body":"a\u0000\ud83d\ude00","title":"t\/"})");
  CHECK(draft.title == "t/");
  CHECK(draft.body == std::string("a\0\xF0\x9F\x98\x80", 6));
  const auto alone = read_note_draft(R"({"title":"alone"})");
  CHECK(alone.body.empty());
  CHECK(alone.tags.empty());
  CHECK_FALSE(alone.pinned);
  CHECK_FALSE(alone.archived);
  const auto full =
      read_note_draft(R"({"title":"t","tags":["b","a"],"pinned":true,"archived":true})");
  CHECK(full.tags == std::vector<std::string>{"b", "a"});
  CHECK(full.pinned);
  CHECK(full.archived);
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
  CHECK(
      draft_error(R"({"title":"a","tags":["x",1,null],"pinned":1,"archived":"no"})").violations() ==
      std::vector<Violation>{{"/tags/1", "wrong_type", "must be a string, is a number"},
                             {"/tags/2", "wrong_type", "must be a string, is null"},
                             {"/pinned", "wrong_type", "must be true or false, is a number"},
                             {"/archived", "wrong_type", "must be true or false, is a string"}});
  CHECK(
      draft_error(R"({"title":"a","tags":"x"})").violations() ==
      std::vector<Violation>{{"/tags", "wrong_type", "must be an array of strings, is a string"}});
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

TEST_CASE("a merge patch changes what it names, and removing a member empties it") {
  const auto patch = read_note_patch(R"({"title":"new"})");
  CHECK(patch.title == "new");
  CHECK_FALSE(patch.body.has_value());
  CHECK(read_note_patch(R"({"body":null})").body == "");
  CHECK(read_note_patch("{}").empty());
  const auto removed = read_note_patch(R"({"tags":null,"pinned":null,"archived":null})");
  CHECK(removed.tags == std::vector<std::string>{});
  CHECK(removed.pinned == false);
  CHECK(removed.archived == false);
  CHECK_FALSE(removed.body.has_value());
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
