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

void write_scopes(Writer& writer, domain::Scopes scopes) {
  writer.Key("scopes");
  writer.StartArray();
  for (const auto scope : scopes.list()) write(writer, to_string(scope));
  writer.EndArray();
}

void write_user(Writer& writer, const domain::User& user) {
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
}

void write_token(Writer& writer, const domain::AccessToken& token, const std::string& text) {
  writer.StartObject();
  write_member(writer, "id", to_string(token.id));
  write_member(writer, "name", token.name);
  write_scopes(writer, token.scopes);
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
  write_user(writer, user);
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

std::string to_json(const SessionView& session) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("user");
  write_user(writer, session.user);
  write_scopes(writer, session.scopes);
  write_member(writer, "expires_at", session.expires_at);
  writer.EndObject();
  return text_of(buffer);
}

std::vector<http::NamedSchema> account_schemas() {
  using http::Schema;
  const auto time = Schema::date_time();
  const auto scopes = Schema::array(Schema::one_of({"notes:read", "notes:write", "admin"}));
  const auto token = Schema::object(
      {{"id", Schema::uuid()},
       {"name", Schema::text(1, domain::kMaxTokenNameCharacters)},
       {"scopes", scopes},
       {"created_at", time},
       {"expires_at", time.nullable()},
       {"last_used_at", time.nullable().described("Within a minute or so.")},
       {"token",
        Schema::pattern("notes_pat_[0-9A-Za-z]{36}")
            .described("The token itself, in the answer to the request that made it."),
        Schema::Need::optional}});
  return {{"User", Schema::object({{"id", Schema::uuid()},
                                   {"email", Schema::text(3)},
                                   {"display_name", Schema::text(1)},
                                   {"role", Schema::one_of({"member", "admin"})},
                                   {"created_at", time},
                                   {"updated_at", time},
                                   {"last_login_at", time.nullable()},
                                   {"deactivated_at", time.nullable()}})},
          {"Session", Schema::object({{"user", Schema::reference("User")},
                                      {"scopes", scopes},
                                      {"expires_at", time.nullable()}})},
          {"AccessToken", token},
          {"AccessTokens",
           Schema::object({{"items", Schema::array(Schema::reference("AccessToken"))}})}};
}

}  // namespace notes::api
