#include "e2e/json.hpp"

#include <stdexcept>

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace notes::tests {
namespace {

using rapidjson::Value;

[[noreturn]] void refuse(std::string_view what) {
  throw std::runtime_error("not the JSON expected: " + std::string(what.substr(0, 1000)));
}

const Value& member(const Value& object, const char* name) {
  if (!object.IsObject() || !object.HasMember(name)) refuse(name);
  return object[name];
}

std::string text(const Value& value) {
  if (!value.IsString()) refuse("a member that is no string");
  return {value.GetString(), value.GetStringLength()};
}

std::optional<std::string> text_or_null(const Value& value) {
  if (value.IsNull()) return std::nullopt;
  return text(value);
}

std::int64_t number(const Value& value) {
  if (!value.IsInt64()) refuse("a member that is no whole number");
  return value.GetInt64();
}

bool flag(const Value& value) {
  if (!value.IsBool()) refuse("a member that is neither true nor false");
  return value.GetBool();
}

std::vector<std::string> texts(const Value& value) {
  if (!value.IsArray()) refuse("a member that is no array");
  std::vector<std::string> all;
  for (const auto& item : value.GetArray()) all.push_back(text(item));
  return all;
}

NoteJson note_of(const Value& object) {
  if (!object.IsObject() || object.MemberCount() != 10) refuse("a note of other than ten members");
  return {.id = text(member(object, "id")),
          .title = text(member(object, "title")),
          .body = text(member(object, "body")),
          .tags = texts(member(object, "tags")),
          .pinned = flag(member(object, "pinned")),
          .archived = flag(member(object, "archived")),
          .created_at = text(member(object, "created_at")),
          .updated_at = text(member(object, "updated_at")),
          .deleted_at = text_or_null(member(object, "deleted_at")),
          .version = number(member(object, "version"))};
}

/// Segments as one text.
std::string marked(const Value& value) {
  if (!value.IsArray()) refuse("segments that are no array");
  std::string all;
  for (const auto& segment : value.GetArray()) {
    const bool match = flag(member(segment, "match"));
    all += (match ? "[" : "") + text(member(segment, "text")) + (match ? "]" : "");
  }
  return all;
}

rapidjson::Document parse(std::string_view json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
  if (document.HasParseError()) refuse(json);
  return document;
}

}  // namespace

std::string draft_json(std::string_view title, std::string_view body) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  writer.Key("title");
  writer.String(title.data(), static_cast<rapidjson::SizeType>(title.size()));
  writer.Key("body");
  writer.String(body.data(), static_cast<rapidjson::SizeType>(body.size()));
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

NoteJson read_note(std::string_view json) { return note_of(parse(json)); }

NotePageJson read_page(std::string_view json) {
  const auto document = parse(json);
  NotePageJson page;
  const Value& items = member(document, "items");
  if (!items.IsArray()) refuse(json);
  for (const auto& item : items.GetArray()) page.items.push_back(note_of(item));
  page.next_cursor = text_or_null(member(document, "next_cursor"));
  return page;
}

ChangePageJson read_change_page(std::string_view json) {
  const auto document = parse(json);
  ChangePageJson page;
  const Value& items = member(document, "items");
  if (!items.IsArray()) refuse(json);
  for (const auto& item : items.GetArray()) {
    auto& change = page.items.emplace_back();
    change.sequence = number(member(item, "sequence"));
    change.id = text(member(item, "id"));
    const Value& note = member(item, "note");
    if (!note.IsNull()) change.note = note_of(note);
  }
  page.next = number(member(document, "next"));
  page.has_more = flag(member(document, "has_more"));
  return page;
}

FoundPageJson read_found_page(std::string_view json) {
  const auto document = parse(json);
  FoundPageJson page;
  const Value& items = member(document, "items");
  if (!items.IsArray()) refuse(json);
  for (const auto& item : items.GetArray()) {
    const Value& note = member(item, "note");
    if (note.HasMember("body") || note.MemberCount() != 9) refuse("a note with its body");
    page.items.push_back({.id = text(member(note, "id")),
                          .title = marked(member(item, "title")),
                          .excerpt = marked(member(item, "excerpt"))});
  }
  page.next_cursor = text_or_null(member(document, "next_cursor"));
  return page;
}

}  // namespace notes::tests
