#include "cli/display.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <utf8proc.h>

namespace notes::cli {
namespace {

struct Character {
  utf8proc_int32_t code_point = -1;  ///< -1: a byte that is no UTF-8
  std::string_view bytes;

  std::size_t width() const {
    if (code_point < 0) return 1;
    return static_cast<std::size_t>(std::max(0, utf8proc_charwidth(code_point)));
  }
};

Character first_of(std::string_view text) {
  Character character;
  const auto window = static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size(), 4));
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t length = utf8proc_iterate(bytes, window, &character.code_point);
  character.bytes = text.substr(0, length > 0 ? static_cast<std::size_t>(length) : 1);
  return character;
}

bool is_control(utf8proc_int32_t code_point) {
  const auto category = utf8proc_category(code_point);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character character = first_of(text);
    width += character.width();
    text.remove_prefix(character.bytes.size());
  }
  return width;
}

std::string fitted(std::string_view text, std::size_t columns) {
  if (columns == 0) return {};
  if (display_width(text) <= columns) return std::string(text);
  std::string cut;
  std::size_t left = columns - 1;
  while (!text.empty()) {
    const Character character = first_of(text);
    if (character.width() > left) break;
    left -= character.width();
    cut += character.bytes;
    text.remove_prefix(character.bytes.size());
  }
  return cut + "…";
}

std::string printable(std::string_view text, LineBreaks line_breaks) {
  std::string out;
  while (!text.empty()) {
    const Character character = first_of(text);
    const bool kept_break = character.code_point == '\n' && line_breaks == LineBreaks::kept;
    if (character.code_point < 0) {
      out += "\xEF\xBF\xBD";
    } else if (is_control(character.code_point) && !kept_break) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", character.code_point);
    } else {
      out += character.bytes;
    }
    text.remove_prefix(character.bytes.size());
  }
  return out;
}

}  // namespace notes::cli
