#include "sql/position.hpp"

namespace notes::sql {

Position advance(Position from, std::string_view text) {
  for (const char character : text) {
    if (character == '\n') {
      ++from.line;
      from.column = 1;
    } else if ((static_cast<unsigned char>(character) & 0xC0U) != 0x80U) {
      ++from.column;
    }
  }
  from.offset += text.size();
  return from;
}

}  // namespace notes::sql
