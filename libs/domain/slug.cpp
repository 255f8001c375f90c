#include "domain/slug.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <utf8proc.h>

namespace notes::domain {
namespace {

/// NFKC, folded and without marks; empty for what is not UTF-8.
std::string folded(std::string_view text) {
  constexpr auto kOptions =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                     UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
  utf8proc_uint8_t* mapped = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &mapped, kOptions);
  if (size < 0) return {};
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(mapped, &std::free);
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)};
}

bool belongs(utf8proc_int32_t character) {
  switch (utf8proc_category(character)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
      return true;
    default:  // an enumeration of the library's, of thirty
      return false;
  }
}

}  // namespace

std::string slug_of(std::string_view name) {
  const auto text = folded(name);
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  std::string slug;
  std::size_t characters = 0;
  bool gap = false;
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t character = 0;
    const auto size = static_cast<std::size_t>(
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &character));
    if (belongs(character)) {
      const bool hyphen = gap && !slug.empty();
      characters += hyphen ? 2 : 1;
      if (characters > kMaxSlugCharacters) break;
      if (hyphen) slug += '-';
      slug.append(text, at, size);
      gap = false;
    } else {
      gap = true;
    }
    at += size;
  }
  return slug;
}

std::vector<std::string> slug_candidates(std::string_view name, UserId user) {
  auto base = slug_of(name);
  if (base.empty()) base = "user";
  auto id = to_string(user);
  std::erase(id, '-');
  // The end of a UUIDv7 is random, its beginning is time.
  return {base, fmt::format("{}-{}", base, id.substr(id.size() - 6)),
          fmt::format("{}-{}", base, id)};
}

}  // namespace notes::domain
