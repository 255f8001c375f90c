#include "api/json.hpp"

#include <string>

#include <doctest/doctest.h>

using notes::Timestamp;
using notes::api::to_json;
using notes::domain::Note;
using notes::domain::NoteId;

namespace {

Note sample() {
  Note note;
  note.id = *NoteId::parse("019aa5e4-2f1c-7abc-8def-0123456789ab");
  note.title = "회의록 \"A\"";
  note.body = "line 1\nline 2\t\x01";
  note.tags = {"Work", "회의"};
  note.pinned = true;
  note.version = 3;
  note.created_at = *Timestamp::parse("2026-11-21T11:30:00.000001Z");
  note.updated_at = *Timestamp::parse("2026-11-21T11:30:01.5Z");
  return note;
}

constexpr auto kSampleJson =
    R"({"id":"019aa5e4-2f1c-7abc-8def-0123456789ab","title":"회의록 \"A\"",)"
    R"("body":"line 1\nline 2\t\u0001","tags":["Work","회의"],"pinned":true,"archived":false,)"
    R"("created_at":"2026-11-21T11:30:00.000001Z",)"
    R"("updated_at":"2026-11-21T11:30:01.500000Z","deleted_at":null,"version":3})";

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

TEST_CASE("a page has the members that were asked for, and a total when there is one") {
  notes::service::NotePage page{{sample()}, std::nullopt};
  page.total = {.count = 10'000, .capped = true};
  notes::api::NoteFields fields;
  fields.set(*notes::api::note_field("version"));
  fields.set(*notes::api::note_field("id"));
  CHECK(to_json(page, std::nullopt, fields) ==
        R"({"items":[{"id":"019aa5e4-2f1c-7abc-8def-0123456789ab","version":3}],)"
        R"("next_cursor":null,"total":{"count":10000,"capped":true}})");
  CHECK_FALSE(notes::api::note_field("owner").has_value());
}

TEST_CASE("readiness lists its checks and is ready when all pass") {
  notes::service::Readiness readiness{{{"database", true, "sqlite"}, {"schema", true, "abc"}}};
  CHECK(to_json(readiness) ==
        R"({"status":"ready","checks":[{"name":"database","status":"pass","detail":"sqlite"},)"
        R"({"name":"schema","status":"pass","detail":"abc"}]})");
  readiness.checks[1].passed = false;
  CHECK(to_json(readiness).starts_with(R"({"status":"unavailable")"));
}
