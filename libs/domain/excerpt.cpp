#include "domain/excerpt.hpp"

#include <algorithm>

#include "domain/search_text.hpp"

namespace notes::domain {
namespace {

/// What stands before the first match.
constexpr std::size_t kLeadCharacters = 60;

/// Bytes of a text.
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::size_t back(std::string_view text, std::size_t from, std::size_t characters) {
  while (from > 0 && characters > 0) {
    --from;
    if (!continues_character(text[from])) --characters;
  }
  return from;
}

std::size_t forward(std::string_view text, std::size_t from, std::size_t characters) {
  while (from < text.size()) {
    if (!continues_character(text[from])) {
      if (characters == 0) break;
      --characters;
    }
    ++from;
  }
  return from;
}

/// The first place of a pattern at or behind a place of the search text, as bytes of the source.
class Occurrences {
 public:
  Occurrences(const LocatedSearchText& located, const std::string& pattern)
      : located_(located),
        pattern_(pattern),
        lead_(pattern.starts_with(' ') ? 1 : 0),
        length_(pattern.size() - lead_ - (pattern.ends_with(' ') ? 1 : 0)) {}

  /// False when there is none any more.
  bool next(Stretch& found) {
    at_ = located_.text.find(pattern_, at_);
    if (at_ == std::string::npos) return false;
    const auto first = at_ + lead_;
    found = {located_.origins[first].begin, located_.origins[first + length_ - 1].end};
    at_ = first;
    if (lead_ == 0) ++at_;
    return true;
  }

 private:
  const LocatedSearchText& located_;
  const std::string& pattern_;
  std::size_t lead_;
  std::size_t length_;
  std::size_t at_ = 0;
};

/// What of the window is matched, in order and without overlaps.
std::vector<Stretch> matched(const LocatedSearchText& located, const SearchQuery& query,
                             Stretch window) {
  std::vector<Stretch> found;
  for (const auto& pattern : query.wanted) {
    Occurrences occurrences(located, pattern);
    for (Stretch each; occurrences.next(each) && each.begin < window.end;) {
      each = {std::max(each.begin, window.begin), std::min(each.end, window.end)};
      if (each.begin < each.end) found.push_back(each);
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Stretch& a, const Stretch& b) { return a.begin < b.begin; });
  std::vector<Stretch> merged;
  for (const auto& each : found) {
    if (!merged.empty() && each.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, each.end);
    } else {
      merged.push_back(each);
    }
  }
  return merged;
}

Stretch window_of(std::string_view text, const LocatedSearchText& located,
                  const SearchQuery& query) {
  auto first = text.size();
  for (const auto& pattern : query.wanted) {
    Occurrences occurrences(located, pattern);
    Stretch each;
    if (occurrences.next(each)) first = std::min(first, each.begin);
  }
  if (first == text.size()) first = 0;
  const auto begin = back(text, first, kLeadCharacters);
  return {begin, forward(text, begin, kExcerptCharacters)};
}

std::vector<Segment> segments_of(std::string_view text, const LocatedSearchText& located,
                                 const SearchQuery& query, Stretch window) {
  std::vector<Segment> segments;
  const auto add = [&](std::size_t begin, std::size_t end, bool match) {
    if (begin < end) segments.push_back({std::string(text.substr(begin, end - begin)), match});
  };
  auto at = window.begin;
  for (const auto& each : matched(located, query, window)) {
    add(at, each.begin, false);
    add(each.begin, each.end, true);
    at = each.end;
  }
  add(at, window.end, false);
  return segments;
}

}  // namespace

std::vector<Segment> highlighted(std::string_view text, const SearchQuery& query) {
  return segments_of(text, located_search_text(text), query, {0, text.size()});
}

std::vector<Segment> excerpt(std::string_view text, const SearchQuery& query) {
  const auto located = located_search_text(text);
  return segments_of(text, located, query, window_of(text, located, query));
}

}  // namespace notes::domain
