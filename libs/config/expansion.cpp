#include "config/expansion.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace notes::config {
namespace {

/// The value for what stands between the braces.
std::string_view replacement(std::string_view reference, const Variables& variables) {
  const auto separator = reference.find(":-");
  const auto name = reference.substr(0, separator);
  const auto value = value_of(variables, name);
  if (!value.empty()) return value;
  if (separator != std::string_view::npos) return reference.substr(separator + 2);
  if (variables.contains(name)) return value;
  throw Error(
      ErrorCode::usage,
      fmt::format("${{{}}} is not set in the environment; set it, or write ${{{}:-default}}", name,
                  name));
}

}  // namespace

std::string expand(std::string_view text, const Variables& variables) {
  std::string expanded;
  while (!text.empty()) {
    const auto start = text.find("${");
    if (start == std::string_view::npos) {
      expanded += text;
      break;
    }
    if (start > 0 && text[start - 1] == '$') {
      expanded += text.substr(0, start - 1);
      expanded += "${";
      text.remove_prefix(start + 2);
      continue;
    }
    const auto end = text.find('}', start);
    if (end == std::string_view::npos) {
      throw Error(ErrorCode::usage,
                  "\"${\" has no \"}\"; close it, or write \"$${\" for the characters themselves");
    }
    expanded += text.substr(0, start);
    expanded += replacement(text.substr(start + 2, end - start - 2), variables);
    text.remove_prefix(end + 1);
  }
  return expanded;
}

}  // namespace notes::config
