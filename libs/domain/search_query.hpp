#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "domain/note.hpp"

/// What a person writes to find notes. Parts stand between white space, and a note is found that
/// has them all:
///
///     budget        the word, whatever its case and diacritics
///     budg*         a word that begins so, of two letters or more
///     회의          these characters, wherever they stand in a run of Han, Hangul or kana
///     "for the"     a phrase: one right behind the other, whatever separates them; so is foo-bar
///     -draft        no note that has it; before a phrase or a tag as well
///     tag:work      a note with that tag; tag:"to do" for one with white space in it
///
/// A quotation mark that is not closed reaches to the end. Other signs only separate; a part of
/// nothing else is left out.
namespace notes::domain {

inline constexpr std::size_t kMaxQueryCharacters = 500;
inline constexpr std::size_t kMaxQueryParts = 32;
inline constexpr std::size_t kMinPrefixCharacters = 2;

struct SearchQuery {
  /// What search_text() of the title, the body or a tag must hold, each: with a blank at an end
  /// where a word begins or ends.
  std::vector<std::string> wanted = {};
  std::vector<std::string> unwanted = {};  ///< what none of them may hold
  std::vector<std::string> tags = {};      ///< tags that the note must have, as Tag::folded
  std::vector<std::string> unwanted_tags = {};

  friend bool operator==(const SearchQuery&, const SearchQuery&) = default;
};

/// Reads a query, or adds what is wrong with it under the pointer "q": it has at most
/// kMaxQueryCharacters characters and kMaxQueryParts parts, one of them at least something to look
/// for. Precondition: well-formed UTF-8 without U+0000.
SearchQuery read_search_query(std::string_view text, std::vector<Violation>& violations);

/// Whether a note is what the query asks for.
bool matches(const SearchQuery& query, const Note& note);

/// A term that every note that matches() has (search_terms.hpp).
struct IndexTerm {
  std::string text;
  bool prefix = false;  ///< one that begins so

  friend bool operator==(const IndexTerm&, const IndexTerm&) = default;
};

/// The terms by which an index finds what may match, each once; 32 at most, since more would leave
/// nothing out. Never empty for a query that was read without violations.
std::vector<IndexTerm> index_terms(const SearchQuery& query);

}  // namespace notes::domain
