#include "http/schema.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace notes::http {
namespace {

std::string join(const std::vector<std::string>& items) {
  return fmt::format("{}", fmt::join(items, ","));
}

std::string alternatives_json(const std::vector<Schema>& alternatives) {
  std::vector<std::string> items;
  for (const auto& schema : alternatives) items.push_back(schema.json());
  return "[" + join(items) + "]";
}

}  // namespace

std::string json_string(std::string_view text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return {buffer.GetString(), buffer.GetSize()};
}

Schema Schema::text(std::size_t least, std::optional<std::size_t> most) {
  auto schema = Schema().with("type", R"("string")");
  if (least > 0) schema = schema.with("minLength", std::to_string(least));
  if (most) schema = schema.with("maxLength", std::to_string(*most));
  return schema;
}

Schema Schema::pattern(std::string_view expression) { return text().matching(expression); }

Schema Schema::uuid() { return text().with_format("uuid"); }

Schema Schema::date_time() { return text().with_format("date-time"); }

Schema Schema::integer(std::int64_t least, std::optional<std::int64_t> most) {
  auto schema = Schema().with("type", R"("integer")").with("minimum", std::to_string(least));
  if (most) schema = schema.with("maximum", std::to_string(*most));
  return schema;
}

Schema Schema::boolean() { return Schema().with("type", R"("boolean")"); }

Schema Schema::one_of(const std::vector<std::string_view>& names) {
  std::vector<std::string> items;
  for (const auto name : names) items.push_back(json_string(name));
  return text().with("enum", "[" + join(items) + "]");
}

Schema Schema::array(const Schema& items, std::optional<std::size_t> most) {
  auto schema = Schema().with("type", R"("array")").with("items", items.json());
  if (most) schema = schema.with("maxItems", std::to_string(*most));
  return schema;
}

Schema Schema::object(std::initializer_list<Member> members) {
  return object(std::vector<Member>(members));
}

Schema Schema::object(const std::vector<Member>& members) {
  std::vector<std::string> properties;
  std::vector<std::string> required;
  for (const auto& member : members) {
    properties.push_back(json_string(member.name) + ":" + member.schema.json());
    if (member.need == Need::required) required.push_back(json_string(member.name));
  }
  auto schema =
      Schema().with("type", R"("object")").with("properties", "{" + join(properties) + "}");
  if (!required.empty()) schema = schema.with("required", "[" + join(required) + "]");
  return schema;
}

Schema Schema::map(const Schema& values) {
  return Schema().with("type", R"("object")").with("additionalProperties", values.json());
}

Schema Schema::reference(std::string_view name) {
  return Schema().with("$ref", json_string(fmt::format("#/components/schemas/{}", name)));
}

Schema Schema::either(const std::vector<Schema>& alternatives) {
  return Schema().with("oneOf", alternatives_json(alternatives));
}

Schema Schema::nullable() const {
  const auto type = std::find_if(keywords_.begin(), keywords_.end(),
                                 [](const auto& keyword) { return keyword.first == "type"; });
  const bool listed = std::any_of(keywords_.begin(), keywords_.end(),
                                  [](const auto& keyword) { return keyword.first == "enum"; });
  if (type == keywords_.end() || listed) {
    return Schema().with("anyOf", alternatives_json({*this, Schema().with("type", R"("null")")}));
  }
  return with("type", fmt::format(R"([{},"null"])", type->second));
}

Schema Schema::closed() const { return with("additionalProperties", "false"); }

Schema Schema::described(std::string_view description) const {
  return with("description", json_string(description));
}

Schema Schema::with_default(std::string_view json) const {
  return with("default", std::string(json));
}

Schema Schema::with_format(std::string_view format) const {
  return with("format", json_string(format));
}

Schema Schema::matching(std::string_view expression) const {
  return with("pattern", json_string(fmt::format("^(?:{})$", expression)));
}

std::string Schema::json() const {
  std::string json = "{";
  for (const auto& [keyword, value] : keywords_) {
    if (json.size() > 1) json += ',';
    json.append(json_string(keyword)).append(":").append(value);
  }
  return json + "}";
}

Schema Schema::with(std::string_view keyword, std::string json) const {
  auto refined = *this;
  const auto standing = std::find_if(refined.keywords_.begin(), refined.keywords_.end(),
                                     [&](const auto& known) { return known.first == keyword; });
  if (standing != refined.keywords_.end()) {
    standing->second = std::move(json);
  } else {
    refined.keywords_.emplace_back(keyword, std::move(json));
  }
  return refined;
}

}  // namespace notes::http
