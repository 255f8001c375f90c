#pragma once

#include <cstddef>
#include <string_view>

namespace notes::sql {

/// A place in a text. Lines end at LF (so CRLF counts once); columns count code points, as editors
/// and PostgreSQL do.
struct Position {
  std::size_t offset = 0;  ///< bytes from the start
  std::size_t line = 1;
  std::size_t column = 1;

  friend bool operator==(const Position&, const Position&) = default;
};

/// Where one is after `text`, having stood at `from` before it.
Position advance(Position from, std::string_view text);

}  // namespace notes::sql
