#include "domain/text.hpp"

#include <cstdlib>
#include <memory>

#include <utf8proc.h>

#include "base/error.hpp"

namespace notes::domain {
namespace {

/// Takes the first character off the front; a negative number when that is none, or nothing is
/// left.
utf8proc_int32_t next_character(std::string_view& text) {
  if (text.empty()) return -1;
  utf8proc_int32_t character = 0;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &character);
  if (length <= 0) return -1;
  text.remove_prefix(static_cast<std::size_t>(length));
  return character;
}

std::string_view trimmed(std::string_view text) {
  auto rest = text;
  std::size_t begin = text.size();
  std::size_t end = text.size();
  while (!rest.empty()) {
    const std::size_t at = text.size() - rest.size();
    const auto character = next_character(rest);
    if (character < 0) break;
    if (is_white_space(static_cast<char32_t>(character))) continue;
    if (begin == text.size()) begin = at;
    end = text.size() - rest.size();
  }
  return text.substr(begin, end - begin);
}

std::string mapped(std::string_view text, utf8proc_option_t options) {
  struct Free {
    void operator()(utf8proc_uint8_t* memory) const { std::free(memory); }
  };
  utf8proc_uint8_t* result = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &result, options);
  const std::unique_ptr<utf8proc_uint8_t, Free> owned(result);
  if (size < 0) {
    throw Error(ErrorCode::internal,
                std::string("text could not be normalised: ") + utf8proc_errmsg(size));
  }
  return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(size)};
}

}  // namespace

std::optional<std::size_t> count_characters(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    if (next_character(text) < 0) return std::nullopt;
    ++count;
  }
  return count;
}

std::string trim_and_compose(std::string_view text) { return compose(trimmed(text)); }

std::string fold_case(std::string_view text) {
  return mapped(
      text, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD));
}

std::string compose(std::string_view text) {
  return mapped(text, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
}

std::string fold_compatibility(std::string_view text) {
  return mapped(
      text, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                           UTF8PROC_CASEFOLD | UTF8PROC_IGNORE));
}

bool has_white_space(std::string_view text) {
  while (!text.empty()) {
    const auto character = next_character(text);
    if (character < 0) return false;
    if (is_white_space(static_cast<char32_t>(character))) return true;
  }
  return false;
}

bool has_control_character(std::string_view text) {
  while (!text.empty()) {
    const auto character = next_character(text);
    if (character < 0) return false;
    if (utf8proc_category(character) == UTF8PROC_CATEGORY_CC) return true;
  }
  return false;
}

bool is_white_space(char32_t character) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(character))) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return (character >= 0x09 && character <= 0x0d) || character == 0x85;
  }
}

}  // namespace notes::domain
