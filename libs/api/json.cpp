#include "api/json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace notes::api {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write_member(Writer& writer, std::string_view name, std::string_view value) {
  writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  write(writer, value);
}

void write_flag(Writer& writer, std::string_view name, bool value) {
  writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  writer.Bool(value);
}

void write_tags(Writer& writer, const std::vector<std::string>& tags) {
  writer.Key("tags");
  writer.StartArray();
  for (const auto& tag : tags) write(writer, tag);
  writer.EndArray();
}

void write_note(Writer& writer, const domain::Note& note) {
  writer.StartObject();
  write_member(writer, "id", to_string(note.id));
  write_member(writer, "title", note.title);
  write_member(writer, "body", note.body);
  write_tags(writer, note.tags);
  write_flag(writer, "pinned", note.pinned);
  write_flag(writer, "archived", note.archived);
  write_member(writer, "created_at", to_string(note.created_at));
  write_member(writer, "updated_at", to_string(note.updated_at));
  writer.Key("deleted_at");
  if (note.deleted_at) {
    write(writer, to_string(*note.deleted_at));
  } else {
    writer.Null();
  }
  writer.Key("version");
  writer.Int64(note.version);
  writer.EndObject();
}

std::string text_of(const rapidjson::StringBuffer& buffer) {
  return {buffer.GetString(), buffer.GetSize()};
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

}  // namespace notes::api
