#include "transfer/manifest.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/error.hpp"
#include "db/query.hpp"
#include "migrate/history.hpp"
#include "schema/table.hpp"

namespace notes::transfer {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(Writer& json, const char* key, const std::string& text) {
  json.Key(key);
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

[[noreturn]] void refuse(std::string_view what) {
  throw Error(ErrorCode::malformed, fmt::format("the manifest of the backup: {}", what));
}

const rapidjson::Value& member(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd()) refuse(fmt::format("{} is missing", name));
  return found->value;
}

std::string text(const rapidjson::Value& value) {
  if (!value.IsString()) refuse("expected text");
  return {value.GetString(), value.GetStringLength()};
}

std::string text(const rapidjson::Value& object, const char* name) {
  return text(member(object, name));
}

std::uint64_t number(const rapidjson::Value& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.IsUint64()) refuse(fmt::format("{} is no whole number", name));
  return value.GetUint64();
}

const rapidjson::Value& list(const rapidjson::Value& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.IsArray()) refuse(fmt::format("{} is no list", name));
  return value;
}

std::vector<std::string> heads(db::Session& session, const migrate::TableName& table,
                               const Clock& clock) {
  const auto applied = migrate::History(session, table, {}, clock).applied();
  std::set<std::string> heads;
  for (const auto& revision : applied) heads.insert(revision.revision);
  for (const auto& revision : applied) {
    for (const auto& parent : revision.parents) heads.erase(parent);
  }
  return {heads.begin(), heads.end()};
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  rapidjson::StringBuffer buffer;
  Writer json(buffer);
  json.StartObject();
  json.Key("format");
  json.Int(Manifest::kFormat);
  write(json, "engine", manifest.engine);
  write(json, "database", manifest.database);
  write(json, "created_at", manifest.created_at);
  write(json, "tool_version", manifest.tool_version);
  json.Key("revisions");
  json.StartArray();
  for (const auto& revision : manifest.revisions)
    json.String(revision.data(), static_cast<rapidjson::SizeType>(revision.size()));
  json.EndArray();
  json.Key("tables");
  json.StartArray();
  for (const auto& table : manifest.tables) {
    json.StartObject();
    write(json, "schema", table.schema);
    write(json, "table", table.table);
    json.Key("rows");
    json.Uint64(table.rows);
    json.EndObject();
  }
  json.EndArray();
  json.Key("payload_bytes");
  json.Uint64(manifest.payload_bytes);
  write(json, "sha256", manifest.sha256);
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

Manifest parse_manifest(std::string_view json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) refuse("is no JSON object");
  if (const auto format = number(document, "format"); format > Manifest::kFormat) {
    throw Error(
        ErrorCode::refused,
        fmt::format("the backup was written by a newer version of this tool (format {}, this "
                    "one knows {}); use that one",
                    format, Manifest::kFormat));
  }
  Manifest manifest;
  manifest.engine = text(document, "engine");
  manifest.database = text(document, "database");
  manifest.created_at = text(document, "created_at");
  manifest.tool_version = text(document, "tool_version");
  for (const auto& revision : list(document, "revisions").GetArray())
    manifest.revisions.push_back(text(revision));
  for (const auto& table : list(document, "tables").GetArray()) {
    if (!table.IsObject()) refuse("expected an object for each table");
    manifest.tables.push_back({text(table, "schema"), text(table, "table"), number(table, "rows")});
  }
  manifest.payload_bytes = number(document, "payload_bytes");
  manifest.sha256 = text(document, "sha256");
  return manifest;
}

Manifest describe(db::Session& session, const migrate::TableName& history, const Clock& clock) {
  const auto& dialect = session.dialect();
  Manifest manifest;
  manifest.engine = db::to_string(dialect.engine());
  manifest.created_at = to_string(clock.now());
  manifest.revisions = heads(session, history, clock);
  for (const auto& name : schema::table_names(session)) {
    const auto table = schema::require_table(session, name);
    const auto rows = db::query(session, fmt::format("SELECT CAST(COUNT(*) AS TEXT) FROM {}",
                                                     schema::quoted(dialect, table)));
    manifest.tables.push_back(
        {table.schema, table.name, std::stoull(rows.at(0).at(0).value_or("0"))});
  }
  return manifest;
}

std::string database_name(const db::Url& url) {
  if (!url.path().empty()) return std::filesystem::path(url.path()).filename().string();
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(url.conninfo().c_str(), nullptr), &PQconninfoFree);
  std::string user;
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr;
       ++option) {
    if (option->val == nullptr) continue;
    if (option->keyword == std::string_view("dbname")) return option->val;
    if (option->keyword == std::string_view("user")) user = option->val;
  }
  return user;  // libpq's default
}

}  // namespace notes::transfer
