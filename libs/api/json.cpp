#include "api/json.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "domain/tag.hpp"

namespace notes::api {
namespace {

using domain::Note;
using http::Schema;
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
  Schema (*schema)();
};

constexpr std::array kNoteMembers{
    NoteMember{"id", [](Writer& writer, const Note& note) { write(writer, to_string(note.id)); },
               [] { return Schema::uuid(); }},
    NoteMember{"title", [](Writer& writer, const Note& note) { write(writer, note.title); },
               [] { return Schema::text(1, domain::kMaxTitleCharacters); }},
    NoteMember{"body", [](Writer& writer, const Note& note) { write(writer, note.body); },
               [] { return Schema::text(0, domain::kMaxBodyBytes); }},
    NoteMember{"tags", [](Writer& writer, const Note& note) { write(writer, note.tags); },
               [] { return Schema::array(tag_schema(), domain::kMaxTags); }},
    NoteMember{"pinned", [](Writer& writer, const Note& note) { writer.Bool(note.pinned); },
               [] { return Schema::boolean(); }},
    NoteMember{"archived", [](Writer& writer, const Note& note) { writer.Bool(note.archived); },
               [] { return Schema::boolean(); }},
    NoteMember{"created_at",
               [](Writer& writer, const Note& note) { write(writer, to_string(note.created_at)); },
               [] { return Schema::date_time(); }},
    NoteMember{"updated_at",
               [](Writer& writer, const Note& note) { write(writer, to_string(note.updated_at)); },
               [] { return Schema::date_time(); }},
    NoteMember{"deleted_at",
               [](Writer& writer, const Note& note) {
                 if (!note.deleted_at) {
                   writer.Null();
                 } else {
                   write(writer, to_string(*note.deleted_at));
                 }
               },
               [] {
                 return Schema::date_time().nullable().described(
                     "Since when it lies in the trash; null outside it.");
               }},
    NoteMember{"version", [](Writer& writer, const Note& note) { writer.Int64(note.version); },
               [] {
                 return Schema::integer(1).described(
                     "Grows by one with every change; the ETag holds it.");
               }}};
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

Schema note_schema(Schema::Need need) {
  std::vector<Schema::Member> members;
  for (const auto& member : kNoteMembers) members.push_back({member.name, member.schema(), need});
  return Schema::object(members);
}

Schema note_page_schema() {
  const auto total =
      Schema::object({{"count", Schema::integer(0, service::Total::kMost)},
                      {"capped", Schema::boolean().described("There are more than count says.")}});
  return Schema::object(
      {{"items", Schema::array(Schema::reference("ListedNote"))},
       {"next_cursor", Schema::text(1).nullable().described("Null on the last page.")},
       {"total", total, Schema::Need::optional}});
}

Schema readiness_schema() {
  const auto check = Schema::object({{"name", Schema::text(1)},
                                     {"status", Schema::one_of({"pass", "fail"})},
                                     {"detail", Schema::text()}});
  return Schema::object(
      {{"status", Schema::one_of({"ready", "unavailable"})}, {"checks", Schema::array(check)}});
}

Schema change_page_schema() {
  const auto change =
      Schema::object({{"sequence", Schema::integer(1)},
                      {"id", Schema::uuid()},
                      {"note", Schema::reference("Note").nullable().described(
                                   "As it is now; null when it was deleted for good.")}});
  return Schema::object(
      {{"items", Schema::array(change)},
       {"next", Schema::integer(0).described("The value of since for what comes next.")},
       {"has_more", Schema::boolean()},
       {"base", Schema::integer(0).described("The value of base for the next page."),
        Schema::Need::optional}});
}

void write_revision(Writer& writer, const domain::NoteRevision& revision, domain::Bodies bodies) {
  writer.StartObject();
  writer.Key("version");
  writer.Int64(revision.version);
  write_member(writer, "title", revision.title);
  if (bodies == domain::Bodies::read) write_member(writer, "body", revision.body);
  writer.Key("tags");
  write(writer, revision.tags);
  write_member(writer, "updated_at", to_string(revision.updated_at));
  writer.EndObject();
}

Schema revision_schema(domain::Bodies bodies) {
  std::vector<Schema::Member> members{
      {"version", Schema::integer(1)},
      {"title", Schema::text(1, domain::kMaxTitleCharacters)},
      {"tags", Schema::array(tag_schema(), domain::kMaxTags)},
      {"updated_at", Schema::date_time().described("When the note came to say so.")}};
  if (bodies == domain::Bodies::read) members.push_back({"body", Schema::text()});
  return Schema::object(members);
}

Schema revision_page_schema() {
  return Schema::object({{"items", Schema::array(revision_schema(domain::Bodies::left_out))},
                         {"next_before", Schema::integer(1).nullable().described(
                                             "The value of before for the next page.")}});
}

void write_change(Writer& writer, const domain::NoteChange& change) {
  writer.StartObject();
  writer.Key("sequence");
  writer.Int64(change.sequence);
  write_member(writer, "id", to_string(change.id));
  writer.Key("note");
  if (change.note) {
    write_note(writer, *change.note, kEveryField);
  } else {
    writer.Null();
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

std::string to_json(const domain::Note& note, NoteFields fields) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  write_note(writer, note, fields);
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

std::string to_json(const domain::NoteRevision& revision) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  write_revision(writer, revision, domain::Bodies::read);
  return text_of(buffer);
}

std::string to_json(const service::RevisionPage& page) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("items");
  writer.StartArray();
  for (const auto& revision : page.items) {
    write_revision(writer, revision, domain::Bodies::left_out);
  }
  writer.EndArray();
  writer.Key("next_before");
  if (page.next_before) {
    writer.Int64(*page.next_before);
  } else {
    writer.Null();
  }
  writer.EndObject();
  return text_of(buffer);
}

std::string to_json(const service::ChangePage& page) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("items");
  writer.StartArray();
  for (const auto& change : page.changes) write_change(writer, change);
  writer.EndArray();
  writer.Key("next");
  writer.Int64(page.next);
  writer.Key("has_more");
  writer.Bool(page.has_more);
  if (page.base) {
    writer.Key("base");
    writer.Int64(*page.base);
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

Schema tag_schema() {
  // Something that is no white space, and no control character (general category Cc) anywhere.
  constexpr std::string_view kAny = R"([^\u0000-\u001f\u007f-\u009f]*)";
  return Schema::text(1, domain::kMaxTagCharacters)
      .matching(fmt::format(R"({0}[^\s\u0000-\u001f\u007f-\u009f]{0})", kAny));
}

std::vector<http::NamedSchema> written_schemas() {
  return {{"Note", note_schema(Schema::Need::required)},
          {"ListedNote", note_schema(Schema::Need::optional)
                             .described("A note, or of it the members that fields names.")},
          {"NotePage", note_page_schema()},
          {"NoteRevision", revision_schema(domain::Bodies::read)},
          {"NoteRevisionPage", revision_page_schema()},
          {"NoteChangePage", change_page_schema()},
          {"Health", Schema::object({{"status", Schema::one_of({"ok"})}})},
          {"Readiness", readiness_schema()},
          {"ServiceDescription",
           Schema::object({{"service", Schema::text(1)},
                           {"version", Schema::text(1)},
                           {"links", Schema::map(Schema::text(1).with_format("uri-reference"))}})}};
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
  write_member(writer, "search", "/api/v1/notes/search");
  write_member(writer, "session", "/api/v1/session");
  write_member(writer, "openapi", "/openapi.json");
  write_member(writer, "docs", "/docs");
  write_member(writer, "health", "/healthz");
  write_member(writer, "readiness", "/readyz");
  writer.EndObject();
  writer.EndObject();
  return text_of(buffer);
}

}  // namespace notes::api
