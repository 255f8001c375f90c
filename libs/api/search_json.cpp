#include "api/search_json.hpp"

#include <string_view>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace notes::api {
namespace {

using domain::Segment;
using http::Schema;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write(Writer& writer, const std::vector<Segment>& segments) {
  writer.StartArray();
  for (const auto& segment : segments) {
    writer.StartObject();
    writer.Key("text");
    write(writer, segment.text);
    writer.Key("match");
    writer.Bool(segment.match);
    writer.EndObject();
  }
  writer.EndArray();
}

void write(Writer& writer, const service::FoundNote& found, NoteFields fields) {
  writer.StartObject();
  writer.Key("note");
  const auto note = to_json(found.note, fields);
  writer.RawValue(note.data(), note.size(), rapidjson::kObjectType);
  writer.Key("title");
  write(writer, found.title);
  writer.Key("excerpt");
  write(writer, found.excerpt);
  writer.EndObject();
}

}  // namespace

std::string to_json(const service::FoundPage& page, const std::optional<std::string>& next_cursor,
                    NoteFields fields) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("items");
  writer.StartArray();
  for (const auto& found : page.items) write(writer, found, fields);
  writer.EndArray();
  writer.Key("next_cursor");
  if (next_cursor) {
    write(writer, *next_cursor);
  } else {
    writer.Null();
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

std::vector<http::NamedSchema> search_schemas() {
  const auto segment = Schema::object(
      {{"text", Schema::text(1)},
       {"match", Schema::boolean().described("Whether this is what the query found.")}});
  const auto found = Schema::object(
      {{"note", Schema::reference("ListedNote")},
       {"title", Schema::array(Schema::reference("Segment")).described("All of the title.")},
       {"excerpt", Schema::array(Schema::reference("Segment"))
                       .described("Up to 240 characters of the body, from a little before what "
                                  "was found.")}});
  const auto page = Schema::object(
      {{"items", Schema::array(Schema::reference("FoundNote"))},
       {"next_cursor",
        Schema::text(1).nullable().described(
            "Null on the last page. A page with fewer items than asked for, or none, may have "
            "another behind it.")}});
  return {{"Segment", segment.described("A stretch of a text, as it is: no HTML.")},
          {"FoundNote", found},
          {"FoundPage", page}};
}

}  // namespace notes::api
