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
  const Value& version = member(object, "version");
  if (!version.IsInt64()) refuse("version");
  return {.id = text(member(object, "id")),
          .title = text(member(object, "title")),
          .body = text(member(object, "body")),
          .tags = texts(member(object, "tags")),
          .pinned = flag(member(object, "pinned")),
          .archived = flag(member(object, "archived")),
          .created_at = text(member(object, "created_at")),
          .updated_at = text(member(object, "updated_at")),
          .deleted_at = text_or_null(member(object, "deleted_at")),
          .version = version.GetInt64()};
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

}  // namespace notes::tests
