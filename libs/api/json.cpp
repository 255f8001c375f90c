#include "api/json.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace notes::api {
namespace {

using domain::Note;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write_key(Writer& writer, std::string_view name) {
  writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}

void write_member(Writer& writer, std::string_view name, std::string_view value) {
  write_key(writer, name);
  write(writer, value);
}

void write(Writer& writer, const std::vector<std::string>& texts) {
  writer.StartArray();
  for (const auto& text : texts) write(writer, std::string_view(text));
  writer.EndArray();
}

struct NoteMember {
  std::string_view name;
  void (*write)(Writer&, const Note&);
};

constexpr std::array kNoteMembers{
    NoteMember{"id", [](Writer& writer, const Note& note) { write(writer, to_string(note.id)); }},
    NoteMember{"title", [](Writer& writer, const Note& note) { write(writer, note.title); }},
    NoteMember{"body", [](Writer& writer, const Note& note) { write(writer, note.body); }},
    NoteMember{"tags", [](Writer& writer, const Note& note) { write(writer, note.tags); }},
    NoteMember{"pinned", [](Writer& writer, const Note& note) { writer.Bool(note.pinned); }},
    NoteMember{"archived", [](Writer& writer, const Note& note) { writer.Bool(note.archived); }},
    NoteMember{"created_at",
               [](Writer& writer, const Note& note) { write(writer, to_string(note.created_at)); }},
    NoteMember{"updated_at",
               [](Writer& writer, const Note& note) { write(writer, to_string(note.updated_at)); }},
    NoteMember{"deleted_at",
               [](Writer& writer, const Note& note) {
                 if (!note.deleted_at) {
                   writer.Null();
                 } else {
                   write(writer, to_string(*note.deleted_at));
                 }
               }},
    NoteMember{"version", [](Writer& writer, const Note& note) { writer.Int64(note.version); }}};
static_assert(kNoteMembers.size() == NoteFields().size());

constexpr auto kNoteMemberNames = [] {
  std::array<std::string_view, kNoteMembers.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kNoteMembers[i].name;
  return names;
}();

void write_note(Writer& writer, const Note& note, NoteFields fields) {
  writer.StartObject();
  for (std::size_t i = 0; i < kNoteMembers.size(); ++i) {
    if (!fields.test(i)) continue;
    write_key(writer, kNoteMembers[i].name);
    kNoteMembers[i].write(writer, note);
  }
  writer.EndObject();
}

std::string text_of(const rapidjson::StringBuffer& buffer) {
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

std::span<const std::string_view> note_member_names() { return kNoteMemberNames; }

std::optional<std::size_t> note_field(std::string_view name) {
  const auto found = std::find(kNoteMemberNames.begin(), kNoteMemberNames.end(), name);
  if (found == kNoteMemberNames.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kNoteMemberNames.begin());
}

std::string to_json(const domain::Note& note) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  write_note(writer, note, kEveryField);
  return text_of(buffer);
}

std::string to_json(const service::NotePage& page, const std::optional<std::string>& next_cursor,
                    NoteFields fields) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("items");
  writer.StartArray();
  for (const auto& note : page.items) write_note(writer, note, fields);
  writer.EndArray();
  writer.Key("next_cursor");
  if (next_cursor) {
    write(writer, *next_cursor);
  } else {
    writer.Null();
  }
  if (page.total) {
    writer.Key("total");
    writer.StartObject();
    writer.Key("count");
    writer.Int64(page.total->count);
    writer.Key("capped");
    writer.Bool(page.total->capped);
    writer.EndObject();
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
