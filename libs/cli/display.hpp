#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace notes::cli {

/// How many columns a terminal takes for the text: two for East Asian wide characters (UAX #11),
/// none for combining marks.
std::size_t display_width(std::string_view text);

/// The text cut to that many columns, with "…" at its end when something was cut.
std::string fitted(std::string_view text, std::size_t columns);

enum class LineBreaks { kept, escaped };

/// The text with control characters written as escapes ("\u001b") and bytes that are not UTF-8 as
/// U+FFFD: what came from outside cannot drive the terminal.
std::string printable(std::string_view text, LineBreaks line_breaks);

}  // namespace notes::cli
