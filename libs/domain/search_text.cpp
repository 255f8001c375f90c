#include "domain/search_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include <utf8proc.h>

#include "base/error.hpp"

namespace notes::domain {
namespace {

struct Range {
  char32_t first = 0;
  char32_t last = 0;
};

template <std::size_t N>
bool among(const std::array<Range, N>& ranges, char32_t character) {
  const auto* found = std::partition_point(
      ranges.begin(), ranges.end(), [&](const Range& range) { return range.last < character; });
  return found != ranges.end() && found->first <= character;
}

/// Han, Hangul and kana, by blocks and what stands in others (Unicode 15, Scripts.txt); a character
/// that is neither letter nor digit nor mark is none of them all the same.
constexpr std::array kRunCharacters{
    Range{0x1100, 0x11ff},    // Hangul jamo
    Range{0x2e80, 0x2fdf},    // radicals
    Range{0x3005, 0x3007},    // 々 〆 〇
    Range{0x3021, 0x3029},    // Hangzhou numerals
    Range{0x3031, 0x3035},    // kana repeat marks
    Range{0x3038, 0x303c},    // Hangzhou numerals, 〼
    Range{0x3041, 0x30ff},    // hiragana and katakana with their voicing marks
    Range{0x3131, 0x318e},    // Hangul compatibility jamo
    Range{0x31f0, 0x31ff},    // small katakana
    Range{0x3400, 0x4dbf},    // Han, extension A
    Range{0x4e00, 0x9fff},    // Han
    Range{0xa960, 0xa97f},    // Hangul jamo, extension A
    Range{0xac00, 0xd7ff},    // Hangul syllables; jamo, extension B
    Range{0xf900, 0xfaff},    // Han, compatibility
    Range{0x16fe2, 0x16ff1},  // Han marks
    Range{0x1aff0, 0x1b16f},  // kana, extensions
    Range{0x20000, 0x323af},  // Han, extensions B to H
};

/// Marks that only modify a letter.
constexpr std::array kDiacritics{
    Range{0x0300, 0x036f},    // combining diacritical marks
    Range{0x0483, 0x0489},    // Cyrillic
    Range{0x0591, 0x05bd},    // Hebrew accents and points
    Range{0x05bf, 0x05bf},    //
    Range{0x05c1, 0x05c2},    //
    Range{0x05c4, 0x05c5},    //
    Range{0x05c7, 0x05c7},    //
    Range{0x0610, 0x061a},    // Arabic signs and vowels
    Range{0x064b, 0x065f},    //
    Range{0x0670, 0x0670},    //
    Range{0x06d6, 0x06dc},    //
    Range{0x06df, 0x06e4},    //
    Range{0x06e7, 0x06e8},    //
    Range{0x06ea, 0x06ed},    //
    Range{0x1ab0, 0x1aff},    // combining diacritical marks, extended
    Range{0x1dc0, 0x1dff},    // and supplement
    Range{0x20d0, 0x20ff},    // for symbols
    Range{0x302a, 0x302f},    // tone marks of Han and Hangul
    Range{0xfe20, 0xfe2f},    // half marks
    Range{0x1e000, 0x1e02a},  // Glagolitic
};

/// Jamo and voicing marks that go together with what stands before them and are no marks by
/// category.
constexpr std::array kJoining{
    Range{0x1160, 0x11ff},
    Range{0x3131, 0x318e},
    Range{0xd7b0, 0xd7ff},
    Range{0xff9e, 0xffdc},
};

enum class Kind { between, word, run };

bool is_mark(utf8proc_category_t category) {
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
         category == UTF8PROC_CATEGORY_ME;
}

Kind kind_of(char32_t character) {
  if (character < 0x80) {
    const bool digit = character >= '0' && character <= '9';
    return digit || (character >= 'a' && character <= 'z') ? Kind::word : Kind::between;
  }
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(character))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return among(kRunCharacters, character) ? Kind::run : Kind::word;
    default:  // an enumeration of the library's, of thirty
      return Kind::between;
  }
}

using Characters = std::vector<utf8proc_int32_t>;

/// Whether a character must be normalised together with what stands before it.
bool joins_what_precedes(utf8proc_int32_t character) {
  const auto* property = utf8proc_get_property(character);
  return property->combining_class != 0 || property->ignorable ||
         is_mark(static_cast<utf8proc_category_t>(property->category)) ||
         among(kJoining, static_cast<char32_t>(character));
}

/// What a character decomposes to, in steps all taken at once.
template <typename Take>
void decompose(utf8proc_int32_t character, unsigned options, const Take& take) {
  std::array<utf8proc_int32_t, 32> parts{};  // the longest that Unicode has are 18
  int boundary_class = UTF8PROC_BOUNDCLASS_START;
  const auto count = utf8proc_decompose_char(
      character, parts.data(), static_cast<utf8proc_ssize_t>(parts.size()),
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | options),
      &boundary_class);
  if (count < 0 || count > static_cast<utf8proc_ssize_t>(parts.size())) {
    throw Error(ErrorCode::internal, std::string("text could not be normalised: ") +
                                         utf8proc_errmsg(std::min<utf8proc_ssize_t>(count, 0)));
  }
  for (const auto part : std::span(parts).first(static_cast<std::size_t>(count))) take(part);
}

int combining_class(utf8proc_int32_t character) {
  return utf8proc_get_property(character)->combining_class;
}

/// The Canonical Ordering Algorithm (Unicode §3.11). utf8proc's own swaps neighbours, which takes
/// hours for a text of half a megabyte of marks.
void order_marks(Characters& cluster) {
  const auto by_class = [](utf8proc_int32_t a, utf8proc_int32_t b) {
    return combining_class(a) < combining_class(b);
  };
  for (auto begin = cluster.begin(); begin != cluster.end();) {
    if (combining_class(*begin) == 0) {
      ++begin;
      continue;
    }
    const auto end = std::find_if(begin, cluster.end(),
                                  [](utf8proc_int32_t c) { return combining_class(c) == 0; });
    std::stable_sort(begin, end, by_class);
    begin = end;
  }
}

/// Folds and composes the characters of a cluster, which are decomposed. In the order of the
/// standard: folding makes letters of some marks, which others would no longer pass.
void fold_cluster(Characters& cluster) {
  order_marks(cluster);
  Characters folded;
  for (const auto character : cluster) {
    decompose(character, UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE,
              [&](utf8proc_int32_t part) {
                if (!among(kDiacritics, static_cast<char32_t>(part))) folded.push_back(part);
              });
  }
  cluster.swap(folded);
  if (cluster.size() < 2) return;
  order_marks(cluster);
  constexpr auto kOptions = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  const auto count = utf8proc_normalize_utf32(
      cluster.data(), static_cast<utf8proc_ssize_t>(cluster.size()), kOptions);
  if (count < 0) {
    throw Error(ErrorCode::internal,
                std::string("text could not be normalised: ") + utf8proc_errmsg(count));
  }
  cluster.resize(static_cast<std::size_t>(count));
}

char32_t ascii_folded(char c) {
  const bool upper = c >= 'A' && c <= 'Z';
  return static_cast<char32_t>(upper ? c - 'A' + 'a' : c);
}

/// Calls emit(character, begin, end) for each character of the folded text, with the bytes it comes
/// from: those of a cluster, which is normalised by itself. ASCII goes past the tables; no mark
/// that stays composes with it.
template <typename Emit>
void fold(std::string_view text, const Emit& emit) {
  Characters cluster;
  std::size_t begin = 0;
  std::size_t at = 0;
  const auto finish_cluster = [&] {
    fold_cluster(cluster);
    for (const auto character : cluster) emit(static_cast<char32_t>(character), begin, at);
    cluster.clear();
    begin = at;
  };
  const auto is_ascii = [&](std::size_t place) {
    return static_cast<unsigned char>(text[place]) < 0x80;
  };
  while (at < text.size()) {
    if (is_ascii(at) && (at + 1 == text.size() || is_ascii(at + 1))) {
      if (!cluster.empty()) finish_cluster();
      emit(ascii_folded(text[at]), at, at + 1);
      begin = ++at;
      continue;
    }
    auto rest = text.substr(at);
    const auto character = static_cast<utf8proc_int32_t>(take_character(rest));
    if (!joins_what_precedes(character)) finish_cluster();
    decompose(character, 0, [&](utf8proc_int32_t part) { cluster.push_back(part); });
    at = text.size() - rest.size();
  }
  finish_cluster();
}

/// Puts blanks where a word or run begins; `put` appends a character with its origin.
template <typename Put>
void build(std::string_view text, std::string& built, const Put& put) {
  auto before = Kind::between;
  put(U' ', std::size_t{0}, std::size_t{0});
  fold(text, [&](char32_t character, std::size_t begin, std::size_t end) {
    const auto kind = kind_of(character);
    if (kind != Kind::between) {
      if (kind != before && !built.ends_with(' ')) put(U' ', begin, begin);
      put(character, begin, end);
    }
    before = kind;
  });
  if (!built.ends_with(' ')) put(U' ', text.size(), text.size());
}

void append(std::string& text, char32_t character) {
  if (character < 0x80) {
    text += static_cast<char>(character);
    return;
  }
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(character), bytes.data());
  text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

}  // namespace

std::string search_text(std::string_view text) {
  std::string built;
  built.reserve(text.size() + 2);
  build(text, built,
        [&](char32_t character, std::size_t, std::size_t) { append(built, character); });
  return built;
}

LocatedSearchText located_search_text(std::string_view text) {
  LocatedSearchText located;
  build(text, located.text, [&](char32_t character, std::size_t begin, std::size_t end) {
    append(located.text, character);
    located.origins.resize(located.text.size(),
                           {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  });
  return located;
}

bool stands_in_a_run(char32_t character) { return kind_of(character) == Kind::run; }

char32_t take_character(std::string_view& text) {
  utf8proc_int32_t character = 0;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &character);
  if (length <= 0) throw Error(ErrorCode::internal, "a text is not well-formed UTF-8");
  text.remove_prefix(static_cast<std::size_t>(length));
  return static_cast<char32_t>(character);
}

}  // namespace notes::domain
