#include "domain/tag.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "domain/text.hpp"

namespace notes::domain {
namespace {

/// No text of so many characters composes to a tag, or it is nearly all white space. utf8proc
/// orders marks by swapping neighbours: composing half a megabyte of them takes minutes.
constexpr std::size_t kMostToCompose = 1'000;

Violation too_long(std::string pointer, std::size_t characters) {
  return {std::move(pointer), "too_long",
          fmt::format("must have 1 to {} characters, has {}", kMaxTagCharacters, characters)};
}

std::optional<Violation> check_tag(std::string_view name, std::size_t index) {
  const auto pointer = fmt::format("/tags/{}", index);
  const auto written = count_characters(name);
  if (!written) return Violation{pointer, "not_utf8", "must be well-formed UTF-8"};
  if (*written > kMostToCompose) return too_long(pointer, *written);
  if (name.find('\0') != std::string_view::npos) {
    return Violation{pointer, "control_character", "must not contain control characters"};
  }
  const auto kept = trim_and_compose(name);
  if (kept.empty()) {
    return Violation{pointer, "too_short",
                     fmt::format("must have 1 to {} characters, is blank", kMaxTagCharacters)};
  }
  if (has_control_character(kept)) {
    return Violation{pointer, "control_character", "must not contain control characters"};
  }
  const auto characters = count_characters(kept).value_or(0);
  if (characters > kMaxTagCharacters) return too_long(pointer, characters);
  return std::nullopt;
}

}  // namespace

void check_tags(const std::vector<std::string>& names, std::vector<Violation>& violations) {
  if (names.size() > kMaxTags) {
    violations.push_back(
        {"/tags", "too_many",
         fmt::format("must have at most {} tags, has {}", kMaxTags, names.size())});
    return;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (auto violation = check_tag(names[i], i)) violations.push_back(std::move(*violation));
  }
}

std::vector<Tag> tags_of(const std::vector<std::string>& names) {
  std::vector<Tag> tags;
  for (const auto& given : names) {
    auto name = trim_and_compose(given);
    auto folded = fold_case(name);
    tags.push_back({std::move(name), std::move(folded)});
  }
  const auto by_folded = [](const Tag& a, const Tag& b) { return a.folded < b.folded; };
  std::stable_sort(tags.begin(), tags.end(), by_folded);
  const auto same = [](const Tag& a, const Tag& b) { return a.folded == b.folded; };
  tags.erase(std::unique(tags.begin(), tags.end(), same), tags.end());
  return tags;
}

}  // namespace notes::domain
