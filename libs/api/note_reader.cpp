#include "api/note_reader.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include "api/json.hpp"
#include "base/suggest.hpp"
#include "domain/tag.hpp"

namespace notes::api {
namespace {

using domain::NotePatch;
using rapidjson::Value;

/// A body can name a great many members; a person needs to see only so many of them.
constexpr std::size_t kMostViolations = 20;
constexpr std::array<std::string_view, 5> kNoteMembers{"title", "body", "tags", "pinned",
                                                       "archived"};

/// Line and column of a byte, both from 1; columns count bytes.
std::string place_of(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return fmt::format("line {}, column {}", line, offset - line_start + 1);
}

rapidjson::Document parse(std::string_view json) {
  rapidjson::Document document;
  // Iterative: a recursive parser would spend a stack frame on each of a million brackets.
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(
      json.data(), json.size());
  if (document.HasParseError()) {
    throw Error(
        ErrorCode::malformed,
        fmt::format("the body is not JSON: {}: {}", place_of(json, document.GetErrorOffset()),
                    rapidjson::GetParseError_En(document.GetParseError())));
  }
  return document;
}

/// A member's name as a JSON pointer (RFC 6901 §3).
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

std::string_view type_name(const rapidjson::Value& value) {
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

Violation wrong_type(std::string pointer, std::string_view expected, const Value& value) {
  return {std::move(pointer), "wrong_type",
          fmt::format("must be {}, is {}", expected, type_name(value))};
}

std::string text_of(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

/// One member with the name it stands under, and where to say what is wrong with it.
struct Member {
  std::string pointer;
  const Value& value;
  std::vector<Violation>& violations;

  std::optional<std::string> text() const {
    if (value.IsString()) return text_of(value);
    violations.push_back(wrong_type(pointer, "a string", value));
    return std::nullopt;
  }

  std::optional<bool> flag() const {
    if (value.IsBool()) return value.GetBool();
    violations.push_back(wrong_type(pointer, "true or false", value));
    return std::nullopt;
  }

  std::optional<std::vector<std::string>> names() const {
    if (!value.IsArray()) {
      violations.push_back(wrong_type(pointer, "an array of strings", value));
      return std::nullopt;
    }
    std::vector<std::string> names;
    for (const auto& name : value.GetArray()) {
      if (violations.size() == kMostViolations) return std::nullopt;
      if (name.IsString()) {
        names.push_back(text_of(name));
      } else {
        const auto index = static_cast<std::size_t>(&name - value.Begin());
        violations.push_back(wrong_type(fmt::format("{}/{}", pointer, index), "a string", name));
      }
    }
    return names;
  }
};

enum class Nulls { refused, remove_the_member };

/// Null in a merge patch: the member is as if it had never been given. False for the title, which
/// every note has.
bool remove_member(std::string_view name, NotePatch& read) {
  if (name == "body") read.body.emplace();
  if (name == "tags") read.tags.emplace();
  if (name == "pinned") read.pinned = false;
  if (name == "archived") read.archived = false;
  return name != "title";
}

void read_member(std::string_view name, const Member& member, Nulls nulls, NotePatch& read) {
  const bool remove = member.value.IsNull() && nulls == Nulls::remove_the_member;
  if (remove && remove_member(name, read)) return;
  if (name == "title") read.title = member.text();
  if (name == "body") read.body = member.text();
  if (name == "tags") read.tags = member.names();
  if (name == "pinned") read.pinned = member.flag();
  if (name == "archived") read.archived = member.flag();
}

/// Reads the members of a note that a client may write: all there are, or every reason why not.
NotePatch read_members(std::string_view json, Nulls nulls, std::vector<Violation>& violations) {
  const auto document = parse(json);
  NotePatch read;
  if (!document.IsObject()) {
    violations.push_back(wrong_type("", "an object", document));
    return read;
  }
  std::set<std::string_view> seen;
  for (const auto& member : document.GetObject()) {
    if (violations.size() == kMostViolations) break;
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    const auto pointer = pointer_to(name);
    if (std::find(kNoteMembers.begin(), kNoteMembers.end(), name) == kNoteMembers.end()) {
      violations.push_back(
          {pointer, "unknown", "is not a member of a note" + did_you_mean(name, kNoteMembers)});
      continue;
    }
    if (!seen.insert(name).second) {
      violations.push_back({pointer, "repeated", "must stand once"});
      continue;
    }
    read_member(name, Member{pointer, member.value, violations}, nulls, read);
  }
  return read;
}

}  // namespace

domain::NoteDraft read_note_draft(std::string_view json) {
  std::vector<Violation> violations;
  auto read = read_members(json, Nulls::refused, violations);
  const bool explained = std::any_of(violations.begin(), violations.end(), [](const auto& v) {
    return v.pointer.empty() || v.pointer == "/title";
  });
  if (!read.title && !explained) violations.push_back({"/title", "required", "must be given"});
  if (!violations.empty()) throw Error(std::move(violations));
  return {.title = std::move(*read.title),
          .body = std::move(read.body).value_or(""),
          .tags = std::move(read.tags).value_or(std::vector<std::string>()),
          .pinned = read.pinned.value_or(false),
          .archived = read.archived.value_or(false)};
}

domain::NotePatch read_note_patch(std::string_view json) {
  std::vector<Violation> violations;
  auto read = read_members(json, Nulls::remove_the_member, violations);
  if (!violations.empty()) throw Error(std::move(violations));
  return read;
}

std::vector<http::NamedSchema> note_reader_schemas() {
  using http::Schema;
  using Need = Schema::Need;
  const auto title = Schema::text(1, domain::kMaxTitleCharacters);
  const auto body =
      Schema::text(0, domain::kMaxBodyBytes).described("At most 512 KiB of UTF-8, without U+0000.");
  const auto tags = Schema::array(tag_schema(), domain::kMaxTags);
  const auto flag = Schema::boolean();
  return {{"NoteDraft", Schema::object({{"title", title},
                                        {"body", body.with_default(R"("")"), Need::optional},
                                        {"tags", tags.with_default("[]"), Need::optional},
                                        {"pinned", flag.with_default("false"), Need::optional},
                                        {"archived", flag.with_default("false"), Need::optional}})
                            .closed()},
          {"NotePatch", Schema::object({{"title", title, Need::optional},
                                        {"body", body.nullable(), Need::optional},
                                        {"tags", tags.nullable(), Need::optional},
                                        {"pinned", flag.nullable(), Need::optional},
                                        {"archived", flag.nullable(), Need::optional}})
                            .closed()}};
}

}  // namespace notes::api
