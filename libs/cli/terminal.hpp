#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config/variables.hpp"

namespace notes::cli {

enum class Style { bold, dim, red, green, yellow };

/// What stands at the end of a stream.
struct Terminal {
  bool interactive = false;  ///< a terminal that understands control sequences
  bool colour = false;
  std::size_t width = 80;  ///< columns
};

/// Looks at a file descriptor. Nothing but a terminal is interactive, nor is TERM=dumb; NO_COLOR
/// takes the colours away (https://no-color.org).
Terminal terminal_at(int descriptor, const config::Variables& variables);

/// The text in this style (ECMA-48 §8.3.117) when the terminal has colours, else as it is.
std::string styled(const Terminal& terminal, Style style, std::string_view text);

}  // namespace notes::cli
