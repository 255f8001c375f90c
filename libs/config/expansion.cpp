#include "config/expansion.hpp"

#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"

namespace notes::config {
namespace {

/// The value for what stands between the braces; nullopt when the variable is not set.
std::optional<std::string_view> replacement(std::string_view reference,
                                            const Variables& variables) {
  const auto separator = reference.find(":-");
  const auto name = reference.substr(0, separator);
  const auto value = value_of(variables, name);
  if (!value.empty()) return value;
  if (separator != std::string_view::npos) return reference.substr(separator + 2);
  return variables.contains(name) ? std::optional(value) : std::nullopt;
}

/// Hands the text over in parts: what stands there as it is, and what stands between braces.
template <typename Literal, typename Reference>
void walk(std::string_view text, const Literal& literal, const Reference& reference) {
  while (!text.empty()) {
    const auto start = text.find("${");
    if (start == std::string_view::npos) return literal(text);
    if (start > 0 && text[start - 1] == '$') {
      literal(text.substr(0, start - 1));
      literal("${");
      text.remove_prefix(start + 2);
      continue;
    }
    const auto end = text.find('}', start);
    if (end == std::string_view::npos) {
      throw Error(ErrorCode::usage,
                  "\"${\" has no \"}\"; close it, or write \"$${\" for the characters themselves");
    }
    literal(text.substr(0, start));
    reference(text.substr(start + 2, end - start - 2));
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string expand(std::string_view text, const Variables& variables) {
  std::string expanded;
  const auto replace = [&](std::string_view reference) {
    const auto value = replacement(reference, variables);
    if (!value) {
      throw Error(
          ErrorCode::usage,
          fmt::format("${{{}}} is not set in the environment; set it, or write ${{{}:-default}}",
                      reference, reference));
    }
    expanded += *value;
  };
  walk(
      text, [&](std::string_view literal) { expanded += literal; }, replace);
  return expanded;
}

std::vector<std::string> unset_variables(std::string_view text, const Variables& variables) {
  std::vector<std::string> unset;
  const auto look = [&](std::string_view reference) {
    if (!replacement(reference, variables)) unset.emplace_back(reference);
  };
  walk(
      text, [](std::string_view) {}, look);
  return unset;
}

}  // namespace notes::config
