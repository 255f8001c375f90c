#include "api/entity_tag.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"

namespace notes::api {
namespace {

void skip_space(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

/// The version in a tag's text; nullopt when the tag is not one of ours ("007" is none).
std::optional<std::int64_t> read_version(std::string_view text) {
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (version < 1 || text.front() == '0') return std::nullopt;
  return version;
}

Error malformed(std::string_view field) {
  return {ErrorCode::malformed,
          fmt::format("'{}' is not a list of entity tags such as \"3\", nor *", field)};
}

}  // namespace

std::string entity_tag(std::int64_t version) { return fmt::format("\"{}\"", version); }

bool TagList::includes(std::int64_t version) const {
  return any || std::find(versions.begin(), versions.end(), version) != versions.end();
}

TagList read_tag_list(std::string_view field, TagComparison comparison) {
  TagList list;
  if (field == "*") {
    list.any = true;
    return list;
  }
  auto rest = field;
  for (;;) {
    skip_space(rest);
    const bool weak = rest.starts_with("W/");
    if (weak) rest.remove_prefix(2);
    if (!rest.starts_with('"')) throw malformed(field);
    rest.remove_prefix(1);
    const auto length = rest.find('"');
    if (length == std::string_view::npos) throw malformed(field);
    const auto version = read_version(rest.substr(0, length));
    if (version && !(weak && comparison == TagComparison::strong)) {
      list.versions.push_back(*version);
    }
    rest.remove_prefix(length + 1);
    skip_space(rest);
    if (rest.empty()) return list;
    if (!rest.starts_with(',')) throw malformed(field);
    rest.remove_prefix(1);
  }
}

}  // namespace notes::api
