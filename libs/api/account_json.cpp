#include "api/account_json.hpp"

#include <optional>
#include <string_view>

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

void write_member(Writer& writer, std::string_view name, std::optional<Timestamp> value) {
  if (value) {
    write_member(writer, name, to_string(*value));
  } else {
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    writer.Null();
  }
}

void write_token(Writer& writer, const domain::AccessToken& token, const std::string& text) {
  writer.StartObject();
  write_member(writer, "id", to_string(token.id));
  write_member(writer, "name", token.name);
  writer.Key("scopes");
  writer.StartArray();
  for (const auto scope : token.scopes.list()) write(writer, to_string(scope));
  writer.EndArray();
  write_member(writer, "created_at", token.created_at);
  write_member(writer, "expires_at", token.expires_at);
  write_member(writer, "last_used_at", token.last_used_at);
  if (!text.empty()) write_member(writer, "token", text);
  writer.EndObject();
}

std::string text_of(const rapidjson::StringBuffer& buffer) {
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

std::string to_json(const domain::User& user) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  write_member(writer, "id", to_string(user.id));
  write_member(writer, "email", user.email);
  write_member(writer, "display_name", user.display_name);
  write_member(writer, "role", to_string(user.role));
  write_member(writer, "created_at", user.created_at);
  write_member(writer, "updated_at", user.updated_at);
  write_member(writer, "last_login_at", user.last_login_at);
  write_member(writer, "deactivated_at", user.deactivated_at);
  writer.EndObject();
  return text_of(buffer);
}

std::string to_json(const domain::AccessToken& token, const std::string& text) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  write_token(writer, token, text);
  return text_of(buffer);
}

std::string to_json(std::span<const domain::AccessToken> tokens) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("items");
  writer.StartArray();
  for (const auto& token : tokens) write_token(writer, token, {});
  writer.EndArray();
  writer.EndObject();
  return text_of(buffer);
}

}  // namespace notes::api
