#include "seed/json.hpp"

#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace notes::seed {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

/// RFC 8259 §6, with nothing around it.
bool is_number(const std::string& text) {
  if (text.empty() || (text.front() != '-' && (text.front() < '0' || text.front() > '9')))
    return false;
  rapidjson::StringStream stream(text.c_str());
  rapidjson::BaseReaderHandler<> ignore;
  return !rapidjson::Reader()
              .Parse<rapidjson::kParseNumbersAsStringsFlag>(stream, ignore)
              .IsError() &&
         text.find_last_of(" \t\r\n") == std::string::npos;
}

void write_text(Writer& writer, const std::string& text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write(Writer& writer, const config::Node& node) {
  using Kind = config::Node::Kind;
  switch (node.kind()) {
    case Kind::null:
      writer.Null();
      return;
    case Kind::scalar:
      if (node.plain() && (node.text() == "true" || node.text() == "false")) {
        writer.Bool(node.text() == "true");
      } else if (node.plain() && is_number(node.text())) {
        writer.RawValue(node.text().data(), node.text().size(), rapidjson::kNumberType);
      } else {
        write_text(writer, node.text());
      }
      return;
    case Kind::sequence:
      writer.StartArray();
      for (const auto& item : node.items()) write(writer, item);
      writer.EndArray();
      return;
    case Kind::map:
      writer.StartObject();
      for (const auto& entry : node.entries()) {
        writer.Key(entry.key.data(), static_cast<rapidjson::SizeType>(entry.key.size()));
        write(writer, entry.value);
      }
      writer.EndObject();
      return;
  }
}

}  // namespace

std::string to_json(const config::Node& node) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  write(writer, node);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace notes::seed
