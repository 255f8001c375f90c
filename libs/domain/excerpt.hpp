#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "domain/search_query.hpp"

namespace notes::domain {

/// A stretch of a text.
struct Segment {
  std::string text;
  bool match = false;  ///< what the query found

  friend bool operator==(const Segment&, const Segment&) = default;
};

/// All of a text, with what the query looks for told apart: the segments behind one another are the
/// text, byte by byte. Precondition: well-formed UTF-8 without U+0000.
std::vector<Segment> highlighted(std::string_view text, const SearchQuery& query);

/// How much of a text an excerpt shows.
inline constexpr std::size_t kExcerptCharacters = 240;

/// The same of at most kExcerptCharacters characters of the text: from a little before the first
/// that is found, or from the text's beginning when nothing is.
std::vector<Segment> excerpt(std::string_view text, const SearchQuery& query);

}  // namespace notes::domain
