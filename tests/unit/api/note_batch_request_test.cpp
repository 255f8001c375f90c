#include "api/note_batch_request.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using notes::Error;
using notes::ErrorCode;
using notes::Violation;
using notes::api::read_note_batch;
using notes::api::to_json;
using notes::domain::NoteId;
using notes::service::NoteOperation;
using notes::service::OperationResult;
using Kind = NoteOperation::Kind;

namespace {

constexpr auto kId = "919108f7-52d1-4320-9bac-f847db4148a8";

std::vector<Violation> violations_of(const std::string& operations) {
  try {
    read_note_batch(R"({"operations":)" + operations + "}");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid);
    return error.violations();
  }
  FAIL("accepted");
  return {};
}

}  // namespace

TEST_CASE("a batch has each kind of operation, with what that one takes") {
  const auto id = std::string(R"("id":")") + kId + "\"";
  const auto read = read_note_batch(
      R"({"operations":[{"op":"create","note":{"title":"a","tags":["x"]}},)"
      R"({"op":"create",)" +
      id +
      R"(,"note":{"title":"b"}},)"
      R"({"op":"replace",)" +
      id +
      R"(,"if_match":3,"note":{"title":"c","pinned":true}},)"
      R"({"op":"patch",)" +
      id +
      R"(,"note":{"body":null}},)"
      R"({"op":"trash",)" +
      id + R"(,"if_match":4},{"op":"restore",)" + id + R"(},{"op":"delete",)" + id + "}]}");
  REQUIRE(read.size() == 7);
  const std::vector<Kind> kinds{Kind::create, Kind::create,  Kind::replace,        Kind::patch,
                                Kind::trash,  Kind::restore, Kind::delete_for_good};
  for (std::size_t at = 0; at < kinds.size(); ++at) CHECK(read[at].kind == kinds[at]);
  CHECK_FALSE(read[0].id.has_value());
  CHECK(read[0].draft.title == "a");
  CHECK(read[0].draft.tags == std::vector<std::string>{"x"});
  CHECK(read[1].id == *NoteId::parse(kId));
  CHECK(read[2].expected_version == 3);
  CHECK(read[2].draft.pinned);
  CHECK(read[3].patch.body == "");
  CHECK_FALSE(read[3].patch.title.has_value());
  CHECK(read[4].expected_version == 4);
  CHECK_FALSE(read[6].expected_version.has_value());
}

TEST_CASE("what is wrong with an operation is said where it stands") {
  using Violations = std::vector<Violation>;
  const auto id = std::string(R"("id":")") + kId + "\"";
  CHECK(violations_of("{}") ==
        Violations{{"/operations", "wrong_type", "must be an array of operations, is an object"}});
  CHECK(violations_of("[1]") ==
        Violations{{"/operations/0", "wrong_type", "must be an object, is a number"}});
  CHECK(violations_of("[{}]") == Violations{{"/operations/0/op", "required", "must be given"}});
  CHECK(violations_of(R"([{"op":"remove"}])") ==
        Violations{{"/operations/0/op", "unknown",
                    "must be one of create, replace, patch, trash, restore, delete"}});
  CHECK(violations_of(R"([{"op":"trash","id":"1"},{"op":"trash","ids":1}])") ==
        Violations{{"/operations/0/id", "not_an_id", "must be a UUID"},
                   {"/operations/1/ids", "unknown",
                    "is not a member of an operation (did you mean 'id'?)"},
                   {"/operations/1/id", "required", "must be given"}});
  CHECK(
      violations_of(R"([{"op":"patch",)" + id + R"(,"if_match":"3"}])") ==
      Violations{{"/operations/0/if_match", "out_of_range", "must be a whole number, 1 or greater"},
                 {"/operations/0/note", "required", "must be given"}});
  CHECK(violations_of(R"([{"op":"create","if_match":1,"note":{"titel":"x"}}])") ==
        Violations{
            {"/operations/0/if_match", "not_taken", "a note that is made has no version before"},
            {"/operations/0/note/titel", "unknown",
             "is not a member of a note (did you mean 'title'?)"},
            {"/operations/0/note/title", "required", "must be given"}});
  CHECK(violations_of(R"([{"op":"trash",)" + id + R"(,"note":{}}])") ==
        Violations{
            {"/operations/0/note", "not_taken", "is taken by create, replace and patch only"}});
}

TEST_CASE("a batch has 100 operations at most, and may have none") {
  CHECK(read_note_batch(R"({"operations":[]})").empty());
  std::string operations;
  for (int i = 0; i < 100; ++i) {
    operations += std::string(i == 0 ? "" : ",") + R"({"op":"create","note":{"title":"t"}})";
  }
  CHECK(read_note_batch(R"({"operations":[)" + operations + "]}").size() == 100);
  operations += R"(,{"op":"create","note":{"title":"t"}})";
  CHECK(violations_of("[" + operations + "]") ==
        std::vector<Violation>{
            {"/operations", "out_of_range", "must have at most 100 operations, has 101"}});
}

TEST_CASE("the results have each operation's own status, and no bodies") {
  OperationResult made{.outcome = OperationResult::Outcome::created, .id = *NoteId::parse(kId)};
  notes::domain::Note note;
  note.id = made.id;
  note.title = "t";
  note.body = "not shown";
  made.note = note;
  const OperationResult gone{.outcome = OperationResult::Outcome::gone, .id = made.id};
  CHECK(to_json({made, gone}) ==
        R"({"results":[{"status":201,"id":"919108f7-52d1-4320-9bac-f847db4148a8","note":)"
        R"({"id":"919108f7-52d1-4320-9bac-f847db4148a8","title":"t","tags":[],"pinned":false,)"
        R"("archived":false,"created_at":"1970-01-01T00:00:00.000000Z",)"
        R"("updated_at":"1970-01-01T00:00:00.000000Z","deleted_at":null,"version":1}},)"
        R"({"status":204,"id":"919108f7-52d1-4320-9bac-f847db4148a8","note":null}]})");
}
