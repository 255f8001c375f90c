#include "domain/text.hpp"

#include <utf8proc.h>

namespace notes::domain {

std::optional<std::size_t> count_characters(std::string_view text) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto rest = static_cast<utf8proc_ssize_t>(text.size());
  std::size_t count = 0;
  while (rest > 0) {
    utf8proc_int32_t character = 0;
    const auto length = utf8proc_iterate(bytes, rest, &character);
    if (length <= 0) return std::nullopt;
    bytes += length;
    rest -= length;
    ++count;
  }
  return count;
}

}  // namespace notes::domain
