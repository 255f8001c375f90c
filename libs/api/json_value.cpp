#include "api/json_value.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/error/en.h>

#include "base/suggest.hpp"

namespace notes::api {
namespace {

using rapidjson::Value;

/// Line and column of a byte, both from 1; columns count bytes.
std::string place_of(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return fmt::format("line {}, column {}", line, offset - line_start + 1);
}

std::string_view type_name(const Value& value) {
  switch (value.GetType()) {
    case rapidjson::kNullType:
      return "null";
    case rapidjson::kFalseType:
    case rapidjson::kTrueType:
      return "a boolean";
    case rapidjson::kObjectType:
      return "an object";
    case rapidjson::kArrayType:
      return "an array";
    case rapidjson::kStringType:
      return "a string";
    case rapidjson::kNumberType:
      return "a number";
  }
  return "unknown";
}

std::string text_of(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

}  // namespace

ParsedJson try_parse_json(std::string_view json) {
  ParsedJson parsed;
  // Iterative: a recursive parser would spend a stack frame on each of a million brackets.
  parsed.document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(
      json.data(), json.size());
  if (parsed.document.HasParseError()) {
    parsed.problem =
        fmt::format("is not JSON: {}: {}", place_of(json, parsed.document.GetErrorOffset()),
                    rapidjson::GetParseError_En(parsed.document.GetParseError()));
  }
  return parsed;
}

rapidjson::Document parse_json(std::string_view json) {
  auto parsed = try_parse_json(json);
  if (parsed.problem.empty()) return std::move(parsed.document);
  throw Error(ErrorCode::malformed, "the body " + parsed.problem);
}

std::string pointer_to(std::string_view name) {
  std::string pointer = "/";
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

Violation wrong_type(std::string pointer, std::string_view expected, const Value& value) {
  return {std::move(pointer), "wrong_type",
          fmt::format("must be {}, is {}", expected, type_name(value))};
}

std::optional<std::string> JsonMember::text() const {
  if (value.IsString()) return text_of(value);
  violations.push_back(wrong_type(pointer, "a string", value));
  return std::nullopt;
}

std::optional<bool> JsonMember::flag() const {
  if (value.IsBool()) return value.GetBool();
  violations.push_back(wrong_type(pointer, "true or false", value));
  return std::nullopt;
}

std::optional<std::int64_t> JsonMember::number(std::int64_t least) const {
  if (value.IsInt64() && value.GetInt64() >= least) return value.GetInt64();
  violations.push_back(
      {pointer, "out_of_range", fmt::format("must be a whole number, {} or greater", least)});
  return std::nullopt;
}

std::optional<std::vector<std::string>> JsonMember::names() const {
  if (!value.IsArray()) {
    violations.push_back(wrong_type(pointer, "an array of strings", value));
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (const auto& name : value.GetArray()) {
    if (violations.size() >= kMostViolations) return std::nullopt;
    if (name.IsString()) {
      names.push_back(text_of(name));
    } else {
      const auto index = static_cast<std::size_t>(&name - value.Begin());
      violations.push_back(wrong_type(fmt::format("{}/{}", pointer, index), "a string", name));
    }
  }
  return names;
}

void read_members(const Value& value, const std::string& pointer, const JsonObjectRules& rules,
                  std::vector<Violation>& violations,
                  const std::function<void(std::string_view, const JsonMember&)>& read) {
  if (!value.IsObject()) {
    violations.push_back(wrong_type(pointer, "an object", value));
    return;
  }
  std::set<std::string_view> seen;
  for (const auto& member : value.GetObject()) {
    if (violations.size() >= kMostViolations) break;
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    const auto place = pointer + pointer_to(name);
    if (std::find(rules.members.begin(), rules.members.end(), name) == rules.members.end()) {
      violations.push_back(
          {place, "unknown",
           fmt::format("is not a member of {}{}", rules.what, did_you_mean(name, rules.members))});
    } else if (!seen.insert(name).second) {
      violations.push_back({place, "repeated", "must stand once"});
    } else {
      read(name, {place, member.value, violations});
    }
  }
}

}  // namespace notes::api
