#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/document.h>

#include "base/error.hpp"

/// Reading JSON that clients send: what every reader of this library shares.
namespace notes::api {

/// A body can name a great many members; a person needs to see only so many of them.
inline constexpr std::size_t kMostViolations = 20;

struct ParsedJson {
  rapidjson::Document document;
  std::string problem = {};  ///< why it is no JSON (RFC 8259), with line and column; empty: it is
};
ParsedJson try_parse_json(std::string_view json);

/// Throws Error{malformed} with line and column for what is no JSON.
rapidjson::Document parse_json(std::string_view json);

/// A member's name as the end of a JSON pointer (RFC 6901 §3), with the slash in front.
std::string pointer_to(std::string_view name);

Violation wrong_type(std::string pointer, std::string_view expected, const rapidjson::Value& value);

/// One member with the pointer to it, and where to say what is wrong with it. Each reading is
/// nullopt for a value of another type, which is said.
struct JsonMember {
  std::string pointer;
  const rapidjson::Value& value;
  std::vector<Violation>& violations;

  std::optional<std::string> text() const;
  std::optional<bool> flag() const;
  /// A whole number, `least` or greater.
  std::optional<std::int64_t> number(std::int64_t least) const;
  std::optional<std::vector<std::string>> names() const;
};

/// What an object may have, and what to call it: "a note".
struct JsonObjectRules {
  std::string_view what;
  std::span<const std::string_view> members;
};

/// Calls `read(name, member)` for each member of the object at `pointer` that it may have; one that
/// it may not have, or has twice, is said, and so is a value that is no object. Stops at
/// kMostViolations.
void read_members(const rapidjson::Value& value, const std::string& pointer,
                  const JsonObjectRules& rules, std::vector<Violation>& violations,
                  const std::function<void(std::string_view, const JsonMember&)>& read);

}  // namespace notes::api
