#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace notes::domain {

/// A text as searches compare it: its words and runs with one blank in front of each, one between
/// them and one at the end; " " when there is none.
///
/// It is brought to NFKC, case folded, without what Unicode calls default-ignorable (UAX #15,
/// UAX #44 NFKC_Casefold), and without diacritics: the combining marks of Latin, Greek and
/// Cyrillic, Hebrew's points and Arabic's vowels. Marks that make another letter stay: the dakuten
/// of kana, the vowel signs of Indic scripts and of Thai. Then letters, digits and marks stand
/// together, a run of Han, Hangul and kana by itself and any others as a word; all else is between
/// them.
///
///     "Élan: 회의록2024, ＴＯＫＹＯ!" → " elan 회의록 2024 tokyo "
///
/// Takes time in proportion to the text. Precondition: well-formed UTF-8 without U+0000.
std::string search_text(std::string_view text);

/// What search_text() makes, and where it comes from.
struct LocatedSearchText {
  /// Bytes of the text that was given.
  struct Origin {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  std::string text;
  std::vector<Origin> origins;  ///< of each byte of `text`; a blank's are its neighbour's
};

/// Precondition: as search_text(), and less than 4 GiB.
LocatedSearchText located_search_text(std::string_view text);

/// Whether a character of a search text is one of a run, and not of a word.
bool stands_in_a_run(char32_t character);

/// Takes the first character off the front of a text. Precondition: well-formed UTF-8, not empty.
char32_t take_character(std::string_view& text);

}  // namespace notes::domain
