#include "api/json.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/suggest.hpp"

namespace notes::api {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

/// A body can name a great many members; a person needs to see only so many of them.
constexpr std::size_t kMostViolations = 20;
constexpr std::array<std::string_view, 2> kNoteMembers{"title", "body"};

void write(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write_member(Writer& writer, std::string_view name, std::string_view value) {
  writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  write(writer, value);
}

void write_note(Writer& writer, const domain::Note& note) {
  writer.StartObject();
  write_member(writer, "id", to_string(note.id));
  write_member(writer, "title", note.title);
  write_member(writer, "body", note.body);
  write_member(writer, "created_at", to_string(note.created_at));
  write_member(writer, "updated_at", to_string(note.updated_at));
  writer.Key("version");
  writer.Int64(note.version);
  writer.EndObject();
}

std::string text_of(const rapidjson::StringBuffer& buffer) {
  return {buffer.GetString(), buffer.GetSize()};
}

/// Line and column of a byte, both from 1; columns count bytes.
std::string place_of(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return fmt::format("line {}, column {}", line, offset - line_start + 1);
}

rapidjson::Document parse(std::string_view json) {
  rapidjson::Document document;
  // Iterative: a recursive parser would spend a stack frame on each of a million brackets.
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(
      json.data(), json.size());
  if (document.HasParseError()) {
    throw Error(
        ErrorCode::malformed,
        fmt::format("the body is not JSON: {}: {}", place_of(json, document.GetErrorOffset()),
                    rapidjson::GetParseError_En(document.GetParseError())));
  }
  return document;
}

/// A member's name as a JSON pointer (RFC 6901 §3).
std::string pointer_to(std::string_view name) {
  std::string pointer = "/";
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::string_view type_name(const rapidjson::Value& value) {
  switch (value.GetType()) {
    case rapidjson::kNullType:
      return "null";
    case rapidjson::kFalseType:
    case rapidjson::kTrueType:
      return "a boolean";
    case rapidjson::kObjectType:
      return "an object";
    case rapidjson::kArrayType:
      return "an array";
    case rapidjson::kStringType:
      return "a string";
    case rapidjson::kNumberType:
      return "a number";
  }
  return "unknown";
}

enum class Nulls { refused, remove_the_member };

/// Reads the members of a note that a client may write: all there are, or every reason why not.
domain::NotePatch read_members(std::string_view json, Nulls nulls,
                               std::vector<Violation>& violations) {
  const auto document = parse(json);
  domain::NotePatch read;
  if (!document.IsObject()) {
    violations.push_back(
        {"", "wrong_type", fmt::format("must be an object, is {}", type_name(document))});
    return read;
  }
  std::set<std::string_view> seen;
  for (const auto& member : document.GetObject()) {
    if (violations.size() == kMostViolations) break;
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    const auto pointer = pointer_to(name);
    if (std::find(kNoteMembers.begin(), kNoteMembers.end(), name) == kNoteMembers.end()) {
      violations.push_back(
          {pointer, "unknown", "is not a member of a note" + did_you_mean(name, kNoteMembers)});
      continue;
    }
    if (!seen.insert(name).second) {
      violations.push_back({pointer, "repeated", "must stand once"});
      continue;
    }
    auto& target = name == "title" ? read.title : read.body;
    if (member.value.IsString()) {
      target.emplace(member.value.GetString(), member.value.GetStringLength());
    } else if (member.value.IsNull() && nulls == Nulls::remove_the_member && name == "body") {
      target.emplace();
    } else {
      violations.push_back(
          {pointer, "wrong_type", fmt::format("must be a string, is {}", type_name(member.value))});
    }
  }
  return read;
}

}  // namespace

std::string to_json(const domain::Note& note) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  write_note(writer, note);
  return text_of(buffer);
}

std::string to_json(const service::NotePage& page, const std::optional<std::string>& next_cursor) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("items");
  writer.StartArray();
  for (const auto& note : page.items) write_note(writer, note);
  writer.EndArray();
  writer.Key("next_cursor");
  if (next_cursor) {
    write(writer, *next_cursor);
  } else {
    writer.Null();
  }
  writer.EndObject();
  return text_of(buffer);
}

std::string to_json(const service::Readiness& readiness) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  write_member(writer, "status", readiness.ready() ? "ready" : "unavailable");
  writer.Key("checks");
  writer.StartArray();
  for (const auto& check : readiness.checks) {
    writer.StartObject();
    write_member(writer, "name", check.name);
    write_member(writer, "status", check.passed ? "pass" : "fail");
    write_member(writer, "detail", check.detail);
    writer.EndObject();
  }
  writer.EndArray();
  writer.EndObject();
  return text_of(buffer);
}

std::string service_description(std::string_view version) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  write_member(writer, "service", "notes");
  write_member(writer, "version", version);
  writer.Key("links");
  writer.StartObject();
  write_member(writer, "notes", "/api/v1/notes");
  write_member(writer, "health", "/healthz");
  write_member(writer, "readiness", "/readyz");
  writer.EndObject();
  writer.EndObject();
  return text_of(buffer);
}

domain::NoteDraft read_note_draft(std::string_view json) {
  std::vector<Violation> violations;
  auto read = read_members(json, Nulls::refused, violations);
  const bool explained = std::any_of(violations.begin(), violations.end(), [](const auto& v) {
    return v.pointer.empty() || v.pointer == "/title";
  });
  if (!read.title && !explained) violations.push_back({"/title", "required", "must be given"});
  if (!violations.empty()) throw Error(std::move(violations));
  return {std::move(*read.title), std::move(read.body).value_or("")};
}

domain::NotePatch read_note_patch(std::string_view json) {
  std::vector<Violation> violations;
  auto read = read_members(json, Nulls::remove_the_member, violations);
  if (!violations.empty()) throw Error(std::move(violations));
  return read;
}

}  // namespace notes::api
