#include "notify/message.hpp"

#include <string_view>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace notes::notify {
namespace {

constexpr std::size_t kMostBytes = 3000;

/// The beginning of a text, without a character that was cut.
std::string_view beginning(std::string_view text) {
  if (text.size() <= kMostBytes) return text;
  std::size_t end = kMostBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

void append_escaped(std::string& to, std::string_view text) {
  for (const char character : text) {
    switch (character) {
      case '&':
        to += "&amp;";
        break;
      case '<':
        to += "&lt;";
        break;
      case '>':
        to += "&gt;";
        break;
      default:
        to += character;
    }
  }
}

}  // namespace

std::string slack_json(const Message& message) {
  std::string text = "*";
  append_escaped(text, message.title);
  text += '*';
  const auto body = beginning(message.body);
  if (!body.empty()) text += '\n';
  append_escaped(text, body);
  if (body.size() < message.body.size()) text += " …";
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  writer.Key("text");
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  writer.EndObject();
  return buffer.GetString();
}

}  // namespace notes::notify
